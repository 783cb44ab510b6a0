import { describe, expect, it } from '@jest/globals';
import { UnreadableDocumentError } from '@ccd/reconcile';
import type { DesiredSnapshot, GuardRecord } from '@ccd/reconcile';
import type { WorkloadSpec } from '../port.ts';
import { createMemoryCluster, secretSpec, workloadSpec } from '../testing/index.ts';
import {
  createGuardRecordStore,
  createReleaseSource,
  createSnapshotStore,
  secretReferenceCodec,
  workloadSpecCodec,
} from './documents.ts';
import type { SecretReference } from './workload-resources.ts';

const { signal } = new AbortController();
const revision = { epoch: 'e-1', number: 9_007_199_254_740_993n };

function agentState() {
  const cluster = createMemoryCluster();
  return { cluster, state: cluster.agentState('streams-agent') };
}

describe(createSnapshotStore, () => {
  it.each<DesiredSnapshot<WorkloadSpec>>([
    { items: [], removed: [] },
    {
      revision,
      digest: 'd',
      items: [{ key: { kind: 'decrypter', id: 'a' }, spec: workloadSpec('a'), hash: 'hash-1' }],
      removed: [{ kind: 'decrypter', id: 'b' }],
      rejected: [{ key: { kind: 'decrypter', id: 'c' }, message: 'its field x is not known' }],
    },
  ])('loads what was saved, across processes: %#', async (snapshot) => {
    const { state } = agentState();
    expect(await createSnapshotStore(state, workloadSpecCodec).load(signal)).toBeUndefined();
    await createSnapshotStore(state, workloadSpecCodec).save(snapshot, signal);
    expect(await createSnapshotStore(state, workloadSpecCodec).load(signal)).toEqual(snapshot);
  });

  it('holds references to secrets, never their content', async () => {
    const { state } = agentState();
    const spec = secretSpec('s', { data: { location: Buffer.from('canary') } });
    const item = { key: { kind: 'connector', id: 's' }, spec, hash: 'hash-1' };
    const store = createSnapshotStore<SecretReference>(state, secretReferenceCodec);
    await store.save({ items: [item], removed: [] }, signal);
    const text = await state.load('snapshot');
    for (const form of [
      'canary',
      Buffer.from('canary').toString('base64'),
      String(Buffer.from('canary')[0]),
    ]) {
      expect(text).not.toContain(form);
    }
    const { name, labels, hash } = spec;
    expect((await store.load(signal))?.items).toEqual([{ ...item, spec: { name, labels, hash } }]);
  });

  it.each(['{', '{"version":2,"snapshot":{}}', '{"version":1,"snapshot":{"items":[{}],"removed":[]}}'])(
    'does not guess at a document that it did not write: %s',
    async (text) => {
      const { state } = agentState();
      await state.save('snapshot', text);
      await expect(createSnapshotStore(state, workloadSpecCodec).load(signal)).rejects.toThrow(
        UnreadableDocumentError,
      );
    },
  );
});

describe(createGuardRecordStore, () => {
  it.each<GuardRecord>([
    { deletions: [] },
    {
      accepted: { revision, digest: 'd' },
      withheld: { revision },
      hold: { resources: 12 },
      deletions: [{ key: { kind: 'decrypter', id: 'a' }, at: 1_767_225_600_000 }],
    },
  ])('loads what was saved: %#', async (record) => {
    const { state } = agentState();
    const store = createGuardRecordStore(state);
    expect(await store.load(signal)).toBeUndefined();
    await store.save(record, signal);
    expect(await store.load(signal)).toEqual(record);
  });
});

describe(createReleaseSource, () => {
  it.each([
    [undefined, undefined],
    ['e-1/9007199254740993', revision],
    [' e-1/12 \n', { epoch: 'e-1', number: 12n }],
    ['e-1', undefined],
    ['everything', undefined],
    ['e-1/12 and more', undefined],
  ])('reads the release %j as %p', async (text, expected) => {
    const { cluster, state } = agentState();
    cluster.release('streams-agent', text);
    expect(await createReleaseSource(state).released(signal)).toEqual(expected);
  });
});
