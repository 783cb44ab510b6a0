import { beforeEach, describe, expect, it } from '@jest/globals';
import { ConflictError, DeniedError } from '../errors.ts';
import { systemClock } from '@ccd/reconcile';
import { aroundRequests } from '../testing/kubernetes/around-requests.ts';
import { unwatched } from '../testing/kubernetes/unwatched.ts';
import { toFilesName } from './template/names.ts';
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
const name = toFilesName('a', spec.files);
const made = toFilesManifest(spec, name, owner('one'));

let objects: MemoryObjects;
let files: WorkloadFiles;
beforeEach(() => {
  objects = createMemoryObjects();
  files = createWorkloadFiles({ objects, view: unwatched, clock: systemClock });
});

/** Puts the ConfigMap there with other metadata. */
const plant = (change: Partial<Manifest['metadata']>, rest: object = {}): Promise<unknown> =>
  objects.create(configMaps, { ...made, ...rest, metadata: { ...made.metadata, ...change } });
const isWhole = async (uid = 'one'): Promise<boolean> => (await files.list('now')).has(name, uid);

describe(createWorkloadFiles, () => {
  it('writes nothing where the workload has its files', async () => {
    await files.create(spec, name, owner('one'));
    expect(await isWhole()).toBe(true);
    const before = objects.writes();
    await files.keep(spec, name, owner('one'));
    await files.create(spec, name, owner('one'));
    expect(objects.writes()).toBe(before);
  });

  it.each([
    ['none of our labels', { labels: { theirs: '1' } }],
    ['another label in the place of ours', { labels: { ...made.metadata.labels, 'ccd/workload': 'b' } }],
  ])('gives its labels back to one with %s, once', async (_title, change) => {
    await plant(change);
    expect(await isWhole()).toBe(false);
    await files.keep(spec, name, owner('one'));
    expect(await isWhole()).toBe(true);
    expect(await objects.get(configMaps, name)).toMatchObject({
      metadata: { labels: { ...change.labels, ...made.metadata.labels } },
    });
    const before = objects.writes();
    await files.keep(spec, name, owner('one'));
    expect(objects.writes()).toBe(before);
  });

  it('makes one that is gone', async () => {
    await files.keep(spec, name, owner('one'));
    expect(await isWhole()).toBe(true);
  });

  it.each([
    ['other files', { data: { 'streams.json': 'theirs' } }],
    ['files that can be edited', { immutable: false }],
  ])(
    'makes anew one in the place of which somebody has put %s, under its name, labels and owner',
    async (_title, rest) => {
      await plant({}, rest);
      expect(await isWhole()).toBe(false);
      await files.keep(spec, name, owner('one'));
      expect(await isWhole()).toBe(true);
      expect(await objects.get(configMaps, name)).toMatchObject({ data: spec.files, immutable: true });
    },
  );

  it('looks at what files hold once, and at many of them together', async () => {
    const asked: string[] = [];
    const client = aroundRequests(objects, ({ method }, request) => {
      asked.push(method);
      return request();
    });
    const restarted = createWorkloadFiles({ objects: client, view: unwatched, clock: systemClock });
    for (let each = 0; each < 3; each += 1) await files.create(spec, `a-${each}`, owner('one'));
    await restarted.list('now');
    await restarted.list('now');
    expect(asked).toEqual(['listBare', 'get', 'get', 'get', 'listBare']);
    asked.length = 0;
    for (let each = 3; each < 24; each += 1) await files.create(spec, `a-${each}`, owner('one'));
    await restarted.list('now');
    await restarted.list('now');
    expect(asked).toEqual(['listBare', 'list', 'listBare']);
  });

  it('takes over what nobody owns of an earlier workload of the name', async () => {
    await plant({ ownerReferences: [] });
    await files.create(spec, name, owner('two'));
    expect(await isWhole('two')).toBe(true);
  });

  it('waits for what goes with an earlier workload of the name', async () => {
    await plant({});
    await expect(files.create(spec, name, owner('two'))).rejects.toThrow(ConflictError);
    objects.drop(configMaps, name);
    await files.keep(spec, name, owner('two'));
    expect(await isWhole('two')).toBe(true);
  });

  it.each<[string, Partial<Manifest['metadata']>, object]>([
    ['has not our labels', { ownerReferences: [], labels: {} }, {}],
    ['can be edited', { ownerReferences: [] }, { immutable: false }],
    ['holds something else', { ownerReferences: [] }, { data: { 'streams.json': 'theirs' } }],
    ['belongs to somebody', { ownerReferences: [{ ...owner('x'), name: 'b' }] }, {}],
  ])('leaves alone what %s', async (_title, change, rest) => {
    await plant(change, rest);
    const before = await objects.get(configMaps, name);
    await expect(files.create(spec, name, owner('two'))).rejects.toThrow(DeniedError);
    await expect(files.keep(spec, name, owner('two'))).rejects.toThrow('is not its own');
    expect(await objects.get(configMaps, name)).toEqual(before);
  });

  describe('of earlier files', () => {
    const newer = toFilesName('a', { x: '2' });
    const hasOthers = async (): Promise<boolean> => (await files.list('now')).hasOthers('a', 'one', newer);
    beforeEach(async () => {
      await files.create(spec, newer, owner('one'));
    });

    it('shows what is left, and removes it', async () => {
      await files.create(spec, name, owner('one'));
      const theirs = toFilesName('b', {});
      await plant({ name: theirs, ownerReferences: [owner('other')] });
      expect(await hasOthers()).toBe(true);
      await files.dropOthers('a', 'one', newer);
      expect(await hasOthers()).toBe(false);
      expect(objects.names(configMaps).toSorted()).toEqual([newer, theirs].toSorted());
    });

    it.each([
      ['another name', 'copy-of-a'],
      ['a name that only begins as theirs do', `${name}-copy`],
      ['a name that is as long as theirs', `a-${'x'.repeat(32)}`],
      ['the name of files of another', toFilesName('a-b', {})],
    ])('tells a copy of %s, which is not theirs whatever its labels and owner say', async (_title, copy) => {
      await plant({ name: copy });
      expect(await hasOthers()).toBe(false);
      await files.dropOthers('a', 'one', newer);
      expect(objects.names(configMaps).toSorted()).toEqual([newer, copy].toSorted());
    });

    it('shows none that it would not remove', async () => {
      await plant({ labels: { ...made.metadata.labels, 'ccd/workload': 'b' } });
      expect(await hasOthers()).toBe(false);
      await files.dropOthers('a', 'one', newer);
      expect(objects.names(configMaps)).toContain(name);
    });
  });
});
