import { beforeEach, describe, expect, it } from '@jest/globals';
import { ConflictError, DeniedError } from '../errors.ts';
import { systemClock } from '@ccd/reconcile';
import { unwatched } from '../testing/kubernetes/unwatched.ts';
import { createMemoryObjects } from '../testing/kubernetes/memory-objects.ts';
import type { MemoryObjects } from '../testing/kubernetes/memory-objects.ts';
import { workloadSpec } from '../testing/specs.ts';
import { configMaps } from './client/resources.ts';
import type { Manifest, OwnerReference } from './template/manifest.ts';
import { toFilesManifest } from './template/workload-manifest.ts';
import { createWorkloadFiles } from './workload-files.ts';
import type { WorkloadFiles } from './workload-files.ts';

const spec = workloadSpec('a');
const owner = (uid: string): OwnerReference => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  name: 'a',
  uid,
});
const made = toFilesManifest(spec, 'a-1', owner('one'));

let objects: MemoryObjects;
let files: WorkloadFiles;
beforeEach(() => {
  objects = createMemoryObjects();
  files = createWorkloadFiles({ objects, view: unwatched, clock: systemClock });
});

/** Puts the ConfigMap there with other metadata. */
const plant = (change: Partial<Manifest['metadata']>, rest: object = {}): Promise<unknown> =>
  objects.create(configMaps, { ...made, ...rest, metadata: { ...made.metadata, ...change } });
const isWhole = async (uid = 'one'): Promise<boolean> => (await files.list('now')).has('a-1', uid);

describe(createWorkloadFiles, () => {
  it('writes nothing where the workload has its files', async () => {
    await files.create(spec, 'a-1', owner('one'));
    expect(await isWhole()).toBe(true);
    const before = objects.writes();
    await files.keep(spec, 'a-1', owner('one'));
    await files.create(spec, 'a-1', owner('one'));
    expect(objects.writes()).toBe(before);
  });

  it.each([
    ['none of our labels', { labels: { theirs: '1' } }],
    ['another label in the place of ours', { labels: { ...made.metadata.labels, 'ccd/workload': 'b' } }],
  ])('gives its labels back to one with %s, once', async (_title, change) => {
    await plant(change);
    expect(await isWhole()).toBe(false);
    await files.keep(spec, 'a-1', owner('one'));
    expect(await isWhole()).toBe(true);
    expect(await objects.get(configMaps, 'a-1')).toMatchObject({
      metadata: { labels: { ...change.labels, ...made.metadata.labels } },
    });
    const before = objects.writes();
    await files.keep(spec, 'a-1', owner('one'));
    expect(objects.writes()).toBe(before);
  });

  it('makes one that is gone', async () => {
    await files.keep(spec, 'a-1', owner('one'));
    expect(await isWhole()).toBe(true);
  });

  it('takes over what nobody owns of an earlier workload of the name', async () => {
    await plant({ ownerReferences: [] });
    await files.create(spec, 'a-1', owner('two'));
    expect(await isWhole('two')).toBe(true);
  });

  it('waits for what goes with an earlier workload of the name', async () => {
    await plant({});
    await expect(files.create(spec, 'a-1', owner('two'))).rejects.toThrow(ConflictError);
    objects.drop(configMaps, 'a-1');
    await files.keep(spec, 'a-1', owner('two'));
    expect(await isWhole('two')).toBe(true);
  });

  it.each<[string, Partial<Manifest['metadata']>, object]>([
    ['has not our labels', { ownerReferences: [], labels: {} }, {}],
    ['can be edited', { ownerReferences: [] }, { immutable: false }],
    ['holds something else', { ownerReferences: [] }, { data: { 'streams.json': 'theirs' } }],
    ['belongs to somebody', { ownerReferences: [{ ...owner('x'), name: 'b' }] }, {}],
  ])('leaves alone what %s', async (_title, change, rest) => {
    await plant(change, rest);
    const before = await objects.get(configMaps, 'a-1');
    await expect(files.create(spec, 'a-1', owner('two'))).rejects.toThrow(DeniedError);
    await expect(files.keep(spec, 'a-1', owner('two'))).rejects.toThrow('is not its own');
    expect(await objects.get(configMaps, 'a-1')).toEqual(before);
  });

  it('shows what is left of earlier files, and removes it', async () => {
    await files.create(spec, 'a-1', owner('one'));
    await files.create(spec, 'a-2', owner('one'));
    await plant({ name: 'b-1', ownerReferences: [owner('other')] });
    expect((await files.list('now')).hasOthers('a-2', 'one')).toBe(true);
    await files.dropOthers('a', 'one', 'a-2');
    expect((await files.list('now')).hasOthers('a-2', 'one')).toBe(false);
    expect(objects.names(configMaps).toSorted()).toEqual(['a-2', 'b-1']);
  });
});
