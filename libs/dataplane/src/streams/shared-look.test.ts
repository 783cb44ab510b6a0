import { createMemoryCluster, workloadSpec } from '@ccd/cluster/testing';
import { createFakeClock } from '@ccd/reconcile/testing';
import { describe, expect, it } from '@jest/globals';
import { shareLook } from './shared-look.ts';

function looks() {
  const clock = createFakeClock();
  const cluster = createMemoryCluster();
  let lists = 0;
  const listWorkloads: typeof cluster.listWorkloads = (labels) => {
    lists += 1;
    return cluster.listWorkloads(labels);
  };
  const shared = shareLook({ ...cluster, listWorkloads }, clock);
  return { ...shared, clock, cluster, lists: () => lists };
}

describe(shareLook, () => {
  it('lists once for a plan and the observation after it', async () => {
    const { planning, observing, cluster, lists } = looks();
    await cluster.createWorkload(workloadSpec('a'));
    const planned = await planning.listWorkloads({});
    expect(await observing.listWorkloads({})).toBe(planned);
    expect(lists()).toBe(1);
  });

  it('lists anew for every other look: the next one, one that comes late, and one at a part', async () => {
    const { planning, observing, cluster, clock } = looks();
    await planning.listWorkloads({});
    await observing.listWorkloads({});
    await cluster.createWorkload(workloadSpec('a'));
    expect(await observing.listWorkloads({})).toHaveLength(1);
    await planning.listWorkloads({});
    await cluster.createWorkload(workloadSpec('b'));
    await clock.advance(1_001);
    expect(await observing.listWorkloads({})).toHaveLength(2);
    await planning.listWorkloads({});
    expect(await observing.listWorkloads({ no: 'such' })).toEqual([]);
  });
});
