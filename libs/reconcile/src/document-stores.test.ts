import { describe, expect, it } from '@jest/globals';
import { createGuardRecordStore, createReleaseSource, createSnapshotStore } from './document-stores.ts';
import { UnreadableDocumentError } from './errors.ts';
import type { DesiredSnapshot, GuardRecord } from './types.ts';

const { signal } = new AbortController();
const revision = { epoch: '2b6f/odd', number: 18_446_744_073_709_551_615n };
const codec = {
  encode: (spec: Map<string, number>) => Object.fromEntries(spec),
  decode: (value: unknown) => {
    if (typeof value !== 'object' || value === null) throw new TypeError('not a spec');
    return new Map(Object.entries(value).map(([name, each]) => [name, Number(each)]));
  },
};

function inMemory(texts: Record<string, string> = {}) {
  return {
    load: async (name: string) => texts[name],
    save: async (name: string, text: string) => {
      texts[name] = text;
    },
  };
}

describe(createSnapshotStore, () => {
  it.each([
    ['of ours', { revision, digest: 'abc', removed: [{ kind: 'topic', id: 'gone' }] }],
    ['of a foreign server', { removed: [] }],
  ])('gives back a snapshot %s as it was', async (_case, mark) => {
    const store = createSnapshotStore(inMemory(), codec);
    const snapshot: DesiredSnapshot<Map<string, number>> = {
      ...mark,
      items: [{ key: { kind: 'topic', id: '1' }, hash: 'h', spec: new Map([['partitions', 4]]) }],
    };
    await store.save(snapshot, signal);
    expect(await store.load(signal)).toEqual(snapshot);
  });

  it('gives nothing where nothing was kept', async () => {
    expect(await createSnapshotStore(inMemory(), codec).load(signal)).toBeUndefined();
  });

  it.each([
    '',
    'null',
    '{}',
    '{"format":2,"items":[],"removed":[]}',
    '{"format":1,"items":[{"kind":"topic"}],"removed":[]}',
    '{"format":1,"items":[{"kind":"topic","id":"1","hash":"h","spec":7}],"removed":[]}',
    '{"format":1,"revision":"7","items":[],"removed":[]}',
  ])('refuses %s', async (text) => {
    const store = createSnapshotStore(inMemory({ snapshot: text }), codec);
    await expect(store.load(signal)).rejects.toEqual(new UnreadableDocumentError('snapshot'));
  });
});

describe(createGuardRecordStore, () => {
  it.each<[string, GuardRecord]>([
    ['an empty record', { deletions: [] }],
    [
      'a full one',
      {
        accepted: { revision, digest: 'abc' },
        withheld: { revision: { epoch: 'e', number: 0n } },
        hold: { resources: 12 },
        deletions: [{ key: { kind: 'topic', id: '1' }, at: 1_767_225_600_000 }],
      },
    ],
  ])('gives back %s as it was', async (_case, record) => {
    const store = createGuardRecordStore(inMemory());
    await store.save(record, signal);
    expect(await store.load(signal)).toEqual(record);
  });

  it.each([
    '{"format":1}',
    '{"format":1,"deletions":[{"kind":"a","id":"b"}]}',
    '{"format":1,"hold":{},"deletions":[]}',
  ])('refuses %s', async (text) => {
    const store = createGuardRecordStore(inMemory({ guard: text }));
    await expect(store.load(signal)).rejects.toBeInstanceOf(UnreadableDocumentError);
  });
});

describe(createReleaseSource, () => {
  const released = (text?: string) => createReleaseSource({ release: async () => text }).released(signal);

  it.each([
    ['2b6f/odd/18446744073709551615', revision],
    [' e1/7\n', { epoch: 'e1', number: 7n }],
    ['', undefined],
    [undefined, undefined],
  ])('reads %j', async (text, expected) => {
    expect(await released(text)).toEqual(expected);
  });

  it.each(['7', 'e1/', 'e1/-7', 'e1/seven', '/7', 'e 1/7'])('refuses %j', async (text) => {
    await expect(released(text)).rejects.toBeInstanceOf(UnreadableDocumentError);
  });
});
