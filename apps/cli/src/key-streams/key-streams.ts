import { keyStreams as wire } from '@ccd/protocol';
import type { entities } from '@ccd/protocol';
import type { ProjectContext } from '../command/command.ts';
import { projectCommand } from '../command/define.ts';
import { jsonOf, lines } from '../output/output.ts';
import type { Output } from '../output/output.ts';
import { retiredText } from '../output/retired-text.ts';
import { renderTable } from '../output/table.ts';

const service = wire.KeyStreamsServiceService;

const showKeyStreams = (keyStreams: readonly entities.KeyStream[]): Output => ({
  table: () =>
    renderTable<entities.KeyStream>(
      [
        ['Key Stream', ({ ref }) => ref?.name],
        ['Status', (keyStream) => retiredText(keyStream, 'status')],
      ],
      keyStreams,
    ),
  plain: () => lines(keyStreams.map(({ ref }) => ref?.name ?? '')),
});

const fetchAll = ({ api, project }: ProjectContext) =>
  api.call(service.listKeyStreams, wire.ListKeyStreamsRequest.create({ projectId: project.id }));

export const listKeyStreams = projectCommand({
  name: 'key-streams',
  about: 'list the key streams of the project, one for each source stream',
  async run(context) {
    const answer = await fetchAll(context);
    return { ...jsonOf(answer), ...showKeyStreams(answer.value.keyStreams) };
  },
});

export const getKeyStream = projectCommand({
  name: 'key-stream',
  args: '<name>',
  about: 'show the key stream of a source stream',
  candidates: async (context) => (await fetchAll(context)).value.keyStreams.map(({ ref }) => ref?.name ?? ''),
  async run({ api, args, project }) {
    const [name = ''] = args;
    const answer = await api.call(
      service.getKeyStream,
      wire.GetKeyStreamRequest.create({ ref: { name, projectId: project.id } }),
    );
    const { keyStream } = answer.value;
    return { ...jsonOf(answer), ...showKeyStreams(keyStream === undefined ? [] : [keyStream]) };
  },
});
