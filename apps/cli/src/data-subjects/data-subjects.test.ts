import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { scratchDir } from '@ccd/testkit';
import { dataSubjects as wire } from '@ccd/protocol';
import { createRig } from '../testing/rig.ts';
import type { Rig } from '../testing/rig.ts';

const scratch = scratchDir();
const service = wire.DataSubjectsServiceService;

describe('data subjects', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await createRig(scratch);
  });
  afterEach(() => {
    rig.server.close();
  });

  it('are listed a page at a time, the token of the next page first', async () => {
    rig.server.on(service.listDataSubjects, ({ pageToken }) => ({
      dataSubjects: [{ dataSubjectId: 'ann lee' }, { dataSubjectId: 'bob' }],
      nextPageToken: pageToken === '' ? 'CgUx' : '',
    }));
    expect((await rig.run('list', 'data-subjects', '--page-size', '2')).out).toBe('CgUx\nann lee\nbob\n');
    expect((await rig.run('list', 'data-subjects', '--page-token', 'CgUx', '-o', 'plain0')).out).toBe(
      '\0ann lee\0bob\n',
    );
    expect(rig.server.requests('DataSubjectsService/ListDataSubjects')).toMatchObject([
      { pageSize: 2, pageToken: '' },
      { pageSize: 0, pageToken: 'CgUx' },
    ]);
  });

  it('are shown with the links to their keys', async () => {
    rig.server.on(service.listDataSubjectKeylinks, ({ dataSubjectId }) => ({
      dataSubjectKeylinks: dataSubjectId.map((id) => ({
        dataSubjectId: id,
        keylinksAndTimestamps: [{ keyLink: 'k-1', expiryTime: new Date('2026-01-02T00:00:00Z') }],
      })),
    }));
    expect((await rig.run('list', 'data-subject-keylinks', 'ann', 'bob')).out).toBe(
      [
        'DATASUBJECT  KEYLINK  EXPIRY',
        'ann          k-1      2026-01-02T00:00:00.000Z',
        'bob          k-1      2026-01-02T00:00:00.000Z',
        '',
      ].join('\n'),
    );
  });

  it('are forgotten together', async () => {
    rig.server.on(service.deleteDataSubjects, () => ({ deletedKeylinksCount: 3n }));
    expect((await rig.run('delete', 'data-subjects', 'ann', 'bob', '-o', 'json-raw')).out).toBe(
      '{"deletedKeylinksCount":"3"}\n',
    );
    expect(rig.server.requests('DataSubjectsService/DeleteDataSubjects')).toMatchObject([
      { dataSubjects: ['ann', 'bob'] },
    ]);
  });
});
