import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Desired, Observed } from '@ccd/reconcile';
import { createFakeClock } from '@ccd/reconcile/testing';
import type { FakeClock } from '@ccd/reconcile/testing';
import { z } from 'zod';
import type { LiveSecret } from '../../port.ts';
import { createWorkloadResources } from '../../resources/workload-resources.ts';
import type { SecretReference } from '../../resources/workload-resources.ts';
import { createMemoryObjects } from '../../testing/kubernetes/memory-objects.ts';
import type { MemoryObjects } from '../../testing/kubernetes/memory-objects.ts';
import { createMemoryCluster } from '../../testing/memory-cluster.ts';
import type { MemoryCluster } from '../../testing/memory-cluster.ts';
import { secretSpec } from '../../testing/specs.ts';
import { configMaps, secrets as resource } from '../client/resources.ts';
import { createSecrets } from './secrets.ts';

const { signal } = new AbortController();
const wanted = (text: string): Desired<SecretReference> => {
  const spec = secretSpec('s', { data: { location: Buffer.from(text) }, hash: `hash of ${text}` });
  return { key: { kind: 'connector', id: 's' }, spec, hash: spec.hash };
};
const manifestSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    resourceVersion: z.string(),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
});
const contentSchema = z.object({ data: z.object({ location: z.base64() }) });

let objects: MemoryObjects;
let state: MemoryCluster;
let clock: FakeClock;
beforeEach(() => {
  objects = createMemoryObjects();
  state = createMemoryCluster();
  clock = createFakeClock();
});

/** The agent in a new process. */
function start() {
  const secrets = createSecrets({ objects, clock });
  const { actual, applier } = createWorkloadResources({
    cluster: {
      ...state,
      listSecrets: (labels) => secrets.list(labels),
      findSecret: secrets.find,
      createSecret: (each) => secrets.create(each),
      updateSecret: (each, uid, kept) => secrets.update(each, uid, kept),
      removeSecret: (name, uid, kept) => secrets.remove(name, uid, kept),
    },
    agent: 'connectors',
    labels: { 'ccd/agent': 'connectors' },
    clock,
  }).secrets('connector');
  const theOne = async (): Promise<Observed<LiveSecret>> => {
    const found = (await actual.observe(signal)).find(({ key }) => key.id === 's');
    if (!found) throw new Error('it is not observed');
    return found;
  };
  return {
    theOne,
    applier,
    update: async (text: string) => applier.update(wanted(text), await theOne(), signal),
  };
}

const content = async (): Promise<string> =>
  atob(contentSchema.parse(await objects.get(resource, 's')).data.location);
const edit = async (text: string): Promise<string> => {
  const there = manifestSchema.parse(await objects.get(resource, 's'));
  const edited = await objects.replace(resource, { ...there, data: { location: btoa(text) } });
  return manifestSchema.parse(edited).metadata.resourceVersion;
};
const annotate = async (annotations: Readonly<Record<string, string>>): Promise<void> => {
  const marker = manifestSchema.parse(await objects.get(configMaps, 's'));
  const { metadata } = marker;
  await objects.replace(configMaps, {
    ...marker,
    metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } },
  });
};

describe('a Secret that somebody has edited together with its marker', () => {
  it.each(['the same process', 'another process'])('is seen and written anew by %s', async (which) => {
    const first = start();
    await first.applier.create(wanted('ours'), signal);
    await annotate({ 'ccd/secret-version': await edit('theirs') });
    const agent = which === 'the same process' ? first : start();
    expect((await agent.theOne()).appliedHash).toBeUndefined();
    await agent.update('ours');
    expect(await content()).toBe('ours');
    expect((await start().theOne()).appliedHash).toBe('hash of ours');
  });

  it('is seen also after an update, and where the marker tells of what is to come', async () => {
    const agent = start();
    await agent.applier.create(wanted('old'), signal);
    await agent.update('new');
    await agent.update('old');
    await annotate({ 'ccd/hash': 'hash of new' });
    expect((await start().theOne()).appliedHash).toBeUndefined();
    await start().update('new');
    expect(await content()).toBe('new');
  });

  it('is seen where the marker says that a later version made it, and can be removed', async () => {
    const agent = start();
    await agent.applier.create(wanted('ours'), signal);
    await edit('theirs');
    await annotate({ 'ccd/schema': '9' });
    expect((await start().theOne()).appliedHash).toBeUndefined();
    await start().update('ours');
    expect(await content()).toBe('ours');
    await annotate({ 'ccd/schema': '9' });
    const another = start();
    await another.applier.remove(await another.theOne(), signal);
    expect(objects.names(resource)).toEqual([]);
  });

  it('is written in our own form once a person has taken it over from a later version, and is ours from then on', async () => {
    await start().applier.create(wanted('ours'), signal);
    const { uid } = (await start().theOne()).live;
    const entries = { 'secret:connector/s': { uid, schema: 2 } };
    await state.agentState('connectors').save('inventory', JSON.stringify({ version: 1, objects: entries }));
    await annotate({ 'ccd/schema': '2' });
    await expect(start().update('ours')).rejects.toThrow('a later version');
    await annotate({ 'ccd/schema': '' });
    expect((await start().theOne()).appliedHash).toBeUndefined();
    await start().update('ours');
    await annotate({ 'ccd/schema': '9' });
    const agent = start();
    await agent.applier.remove(await agent.theOne(), signal);
    expect(objects.names(resource)).toEqual([]);
  });

  it('is the only one for which anything is written: looks write nothing', async () => {
    await start().applier.create(wanted('ours'), signal);
    await start().update('new');
    const [before, kept] = [objects.writes(), state.writes()];
    for (let looks = 0; looks < 3; looks += 1) {
      await start().theOne();
      await start().update('new');
    }
    expect([objects.writes(), state.writes()]).toEqual([before, kept]);
  });

  it('is written by its marker where an earlier version has recorded it, and recorded with its next write', async () => {
    await start().applier.create(wanted('ours'), signal);
    const { uid } = (await start().theOne()).live;
    const inventory = state.agentState('connectors');
    await inventory.save(
      'inventory',
      JSON.stringify({ version: 1, objects: { 'secret:connector/s': { uid } } }),
    );
    expect((await start().theOne()).appliedHash).toBe('hash of ours');
    await start().update('new');
    await annotate({ 'ccd/secret-version': await edit('theirs') });
    expect((await start().theOne()).appliedHash).toBeUndefined();
  });
});
