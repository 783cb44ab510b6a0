import { dataSubjects as wire } from '@ccd/protocol';
import { projectCommand } from '../command/define.ts';
import { integer, text } from '../command/flag.ts';
import { jsonOf, lines, sentence } from '../output/output.ts';
import { renderTable } from '../output/table.ts';

const service = wire.DataSubjectsServiceService;
const pageSize = integer('--page-size <n>', 'how many at once; 0 leaves it to the server', 0);
const pageToken = text('--page-token <token>', 'where the page before ended', '');

export const listDataSubjects = projectCommand({
  name: 'data-subjects',
  about: 'list the people that events are about, a page at a time',
  details: 'Plain output begins with a line that holds the token of the next page, empty after the last one.',
  flags: [pageSize, pageToken],
  formats: ['plain', 'plain0', 'json'],
  async run({ api, flags }) {
    const answer = await api.call(
      service.listDataSubjects,
      wire.ListDataSubjectsRequest.create({
        pageSize: flags.get(pageSize),
        pageToken: flags.get(pageToken),
      }),
    );
    const { dataSubjects, nextPageToken } = answer.value;
    const parts = [nextPageToken, ...dataSubjects.map(({ dataSubjectId }) => dataSubjectId)];
    return {
      json: jsonOf(answer).json,
      plain: () => parts.join('\n'),
      plain0: () => parts.join('\0'),
    };
  },
});

interface KeyLinkRow {
  readonly subject: string;
  readonly keyLink: string;
  readonly expiry: Date | undefined;
}

export const listDataSubjectKeylinks = projectCommand({
  name: 'data-subject-keylinks',
  args: '<ids...>',
  about: "list the links to the keys of people's events",
  async run({ api, args }) {
    const answer = await api.call(
      service.listDataSubjectKeylinks,
      wire.ListDataSubjectKeylinksRequest.create({ dataSubjectId: [...args] }),
    );
    const rows = answer.value.dataSubjectKeylinks.flatMap(({ dataSubjectId, keylinksAndTimestamps }) =>
      keylinksAndTimestamps.map(({ keyLink, expiryTime }): KeyLinkRow => ({
        subject: dataSubjectId,
        keyLink,
        expiry: expiryTime,
      })),
    );
    return {
      ...jsonOf(answer),
      table: () =>
        renderTable<KeyLinkRow>(
          [
            ['DataSubject', ({ subject }) => subject],
            ['KeyLink', ({ keyLink }) => keyLink],
            ['Expiry', ({ expiry }) => expiry?.toISOString()],
          ],
          rows,
        ),
      plain: () => lines(rows.map(({ keyLink }) => keyLink)),
    };
  },
});

export const deleteDataSubjects = projectCommand({
  name: 'data-subjects',
  args: '<ids...>',
  about: 'forget people: the links to the keys of their events go',
  async run({ api, args }) {
    const answer = await api.call(
      service.deleteDataSubjects,
      wire.DeleteDataSubjectsRequest.create({ dataSubjects: [...args] }),
    );
    return { ...jsonOf(answer), ...sentence('Data Subjects has been deleted') };
  },
});
