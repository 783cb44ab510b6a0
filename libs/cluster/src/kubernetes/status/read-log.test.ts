import { describe, expect, it } from '@jest/globals';
import { createMemoryObjects } from '../../testing/kubernetes/memory-objects.ts';
import { pods } from '../client/resources.ts';
import type { Transport } from '../client/transport.ts';
import { createReadLog } from './read-log.ts';

/** Each pod has written its name. */
const transport: Pick<Transport, 'stream'> = {
  async stream({ path }, _onStart, onChunk) {
    onChunk(Buffer.from(`${/pods\/([^/]+)\/log/.exec(path)?.[1]}\n`));
  },
};

describe(createReadLog, () => {
  it('reads the log of a pod of the workload, and none of a newer one that only has its labels', async () => {
    const objects = createMemoryObjects();
    const read = createReadLog({ objects, transport, namespace: 'n' });
    const { signal } = new AbortController();
    const plant = (name: string, metadata: object) =>
      objects.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name, ...metadata } });
    const labels = { 'ccd/workload': 'a', 'pod-template-hash': 'x' };
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', uid: 'r', controller: true };
    await plant('theirs', { labels, creationTimestamp: '2026-01-02T00:00:00Z' });
    expect(await read('a', 10, signal)).toEqual([]);
    await plant('ours', {
      labels,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ownerReferences: [{ ...owner, name: 'a-x' }],
    });
    expect(await read('a', 10, signal)).toEqual(['ours']);
  });
});
