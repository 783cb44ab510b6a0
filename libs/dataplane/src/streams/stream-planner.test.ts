import { createMemoryCluster } from '@ccd/cluster/testing';
import type { DesiredStream } from '@ccd/controlplane';
import type { Desired, DesiredSnapshot } from '@ccd/reconcile';
import { describe, expect, it } from '@jest/globals';
import { createStreamPlanner } from './stream-planner.ts';

const common = { projectId: 'p', enabled: true };
const answer: DesiredSnapshot<DesiredStream> = {
  items: [
    toDesired({ ...common, kind: 'source', uuid: 'a', name: 'clicks', topic: 'stream-a', policyId: '' }),
    toDesired({
      ...common,
      kind: 'derived',
      uuid: 'b',
      name: 'clicks-1',
      topic: 'stream-b',
      source: 'clicks',
      consent: { type: 'CUMULATIVE', levels: [1] },
      policyId: '',
    }),
  ],
  removed: [],
};

function toDesired(spec: DesiredStream): Desired<DesiredStream> {
  return { key: { kind: 'stream', id: spec.uuid }, hash: spec.uuid, spec };
}

describe(createStreamPlanner, () => {
  it('plans an answer once for as long as it holds: what it planned stays the same objects', async () => {
    const plan = createStreamPlanner({
      controlPlane: { desiredStreams: async () => ({ ...answer }) },
      cluster: createMemoryCluster(),
      partitions: 1,
      guardrailsFile: undefined,
      deadLettersFile: undefined,
    });
    const { signal } = new AbortController();
    const [first, second] = [await plan(signal), await plan(signal)];
    expect(first.resources.map(({ desired }) => desired.key.id)).toEqual([
      'stream-a',
      'stream-b',
      'decrypter-a',
    ]);
    for (const [index, { desired }] of first.resources.entries())
      expect(second.resources[index]?.desired).toBe(desired);
  });
});
