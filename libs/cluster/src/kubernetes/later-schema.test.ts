import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Desired, Observed } from '@ccd/reconcile';
import { createFakeClock } from '@ccd/reconcile/testing';
import { z } from 'zod';
import type { LiveWorkload, WorkloadSpec } from '../port.ts';
import { createWorkloadResources } from '../resources/workload-resources.ts';
import { createMemoryObjects } from '../testing/kubernetes/memory-objects.ts';
import type { MemoryObjects } from '../testing/kubernetes/memory-objects.ts';
import { unwatched } from '../testing/kubernetes/unwatched.ts';
import { createMemoryCluster } from '../testing/memory-cluster.ts';
import type { MemoryCluster } from '../testing/memory-cluster.ts';
import { workloadSpec } from '../testing/specs.ts';
import { deployments } from './client/resources.ts';
import { parseTemplate } from './template/read-template.ts';
import { createWorkloads } from './workloads.ts';

const { signal } = new AbortController();
const labels = { 'ccd/agent': 'streams' };
const wanted = (change: Partial<WorkloadSpec> = {}): Desired<WorkloadSpec> => {
  const spec = workloadSpec('a', change);
  return { key: { kind: 'decrypter', id: 'a' }, spec, hash: spec.hash };
};
const manifestSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    uid: z.string(),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.looseObject({}),
});
const document = 'inventory';

let objects: MemoryObjects;
let state: MemoryCluster;
beforeEach(async () => {
  objects = createMemoryObjects();
  state = createMemoryCluster();
  await start().applier.create(wanted(), signal);
});

/** The agent in a new process. */
function start() {
  const clock = createFakeClock();
  const workloads = createWorkloads({
    objects,
    pods: { template: parseTemplate('apps: { decrypter: { image: "r/d:1" } }', 'of the test'), baseEnv: {} },
    viewOf: () => unwatched,
    reasonsOf: async () => new Map(),
    clock,
    removalMs: 1_000,
  });
  const { actual, applier, drift } = createWorkloadResources({
    cluster: {
      ...state,
      digestOf: createMemoryCluster().digestOf,
      listWorkloads: (of, asOf = 'now') => workloads.list(of, asOf),
      createWorkload: (spec) => workloads.create(spec),
      updateWorkload: (spec, uid, kept) => workloads.update(spec, uid, kept),
      removeWorkload: (name, uid, kept) => workloads.remove(name, uid, kept),
    },
    agent: 'streams',
    labels,
    clock,
  }).workloads('decrypter');
  const theOne = async (): Promise<Observed<LiveWorkload>> => {
    const [found] = await actual.observe(signal);
    if (!found) throw new Error('it is not observed');
    return found;
  };
  return { theOne, applier, drift };
}

const edit = async (stamp: string, spec: object = {}): Promise<void> => {
  const there = manifestSchema.parse(await objects.get(deployments, 'a'));
  const annotations = { ...there.metadata.annotations, 'ccd/schema': stamp };
  await objects.replace(deployments, {
    ...there,
    metadata: { ...there.metadata, annotations },
    spec: { ...there.spec, ...spec },
  });
};
const update = async (change: Partial<WorkloadSpec> = {}): Promise<void> => {
  const agent = start();
  await agent.applier.update(wanted(change), await agent.theOne(), signal);
};
const remove = async (): Promise<void> => {
  const agent = start();
  await agent.applier.remove(await agent.theOne(), signal);
};

describe('a workload that says that a later version has made it', () => {
  /** As a later version would leave its inventory. */
  const record = async (schema: number): Promise<void> => {
    const { uid } = (await start().theOne()).live;
    const entries = { 'workload:decrypter/a': { uid, schema } };
    await state.agentState('streams').save(document, JSON.stringify({ version: 1, objects: entries }));
  };

  it('is repaired as any other where nobody but itself says so', async () => {
    await edit('9', { replicas: 3 });
    const { theOne, drift } = start();
    const seen = await theOne();
    expect(seen.appliedHash === undefined || drift(wanted(), seen) !== undefined).toBe(true);
    await update();
    expect(await objects.get(deployments, 'a')).toMatchObject({
      metadata: { annotations: { 'ccd/schema': '1' } },
      spec: { replicas: 1 },
    });
  });

  it('is removed where nobody but itself says so', async () => {
    await edit('9');
    await remove();
    expect(objects.names(deployments)).toEqual([]);
  });

  it('is observed, and neither changed nor removed, where the inventory says so as well', async () => {
    await edit('2');
    await record(2);
    expect(await start().theOne()).toMatchObject({ owned: true, appliedHash: 'hash-1' });
    const before = objects.writes();
    const advice = 'kubectl -n default annotate deployment a ccd/schema-';
    await expect(update({ hash: 'hash-2' })).rejects.toThrow(advice);
    await expect(remove()).rejects.toThrow(advice);
    expect(objects.writes()).toBe(before);
  });

  it('is left alone whatever later version somebody makes of it', async () => {
    await edit('9');
    await record(2);
    await expect(update({ hash: 'hash-2' })).rejects.toThrow('a later version');
  });

  it('is taken over once a person has taken the annotation off', async () => {
    await edit('2');
    await record(2);
    await edit('');
    await update({ hash: 'hash-2' });
    await edit('2');
    await remove();
    expect(objects.names(deployments)).toEqual([]);
  });
});
