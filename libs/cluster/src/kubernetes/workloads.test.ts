import { beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { createFakeClock } from '@ccd/reconcile/testing';
import type { FakeClock } from '@ccd/reconcile/testing';
import { ClusterUnavailableError, NotKeptError, StillEndingError } from '../errors.ts';
import { unwatched } from '../testing/kubernetes/unwatched.ts';
import { createMemoryObjects } from '../testing/kubernetes/memory-objects.ts';
import type { MemoryObjects } from '../testing/kubernetes/memory-objects.ts';
import { workloadSpec } from '../testing/specs.ts';
import type { ObjectClient } from './client/object-client.ts';
import { configMaps, deployments, pods as podResource } from './client/resources.ts';
import { parseTemplate } from './template/read-template.ts';
import {
  toAppliedDigest,
  toAppliedSpec,
  toFilesManifest,
  toWorkloadManifest,
} from './template/workload-manifest.ts';
import type { Manifest } from './template/manifest.ts';
import { createWorkloads } from './workloads.ts';
import type { Workloads } from './workloads.ts';

const pods = {
  template: parseTemplate('apps: { decrypter: { image: "r/d:1" } }', 'of the test'),
  baseEnv: {},
};
const spec = workloadSpec('a');

let objects: MemoryObjects;
let workloads: Workloads;
let clock: FakeClock;
const open = (client: ObjectClient): Workloads =>
  createWorkloads({
    objects: client,
    pods,
    viewOf: () => unwatched,
    reasonsOf: async () => new Map(),
    clock,
    removalMs: 1_000,
  });
beforeEach(() => {
  objects = createMemoryObjects();
  clock = createFakeClock();
  workloads = open(objects);
});
const theOne = async () => (await workloads.list({}, 'now'))[0];

describe(createWorkloads, () => {
  it('writes nothing in an update of what is as it would be then: the list that called for it may be old', async () => {
    const { uid } = await workloads.create(spec);
    const before = objects.writes();
    expect(await workloads.update(spec, uid)).toMatchObject({ uid, liveHash: 'hash-1' });
    expect(objects.writes()).toBe(before);
    await workloads.update(workloadSpec('a', { labels: { x: '1' } }), uid);
    expect(objects.writes()).toBe(before + 1);
  });

  it('does not call it refused where the workload was made and its files were not', async () => {
    objects.failAfter('create', 1);
    await expect(workloads.create(spec)).rejects.toThrow(ClusterUnavailableError);
    expect(objects.names(deployments)).toEqual(['a']);
    expect(await theOne()).toMatchObject({ staleness: 'FilesMissing' });
    objects.failAfter('create', 1);
    await workloads.update(spec, (await theOne())?.uid ?? '');
    expect((await theOne())?.staleness).toBeUndefined();
  });

  it.each(['ccd/workload', 'app.kubernetes.io/managed-by'])(
    'sees another value of the label %s as an edit, and repairs it',
    async (label) => {
      const { uid } = await workloads.create(spec);
      const { metadata, ...rest } = toWorkloadManifest(toAppliedSpec(spec), pods);
      const labels = { ...metadata.labels, [label]: 'theirs' };
      await objects.apply(deployments, { ...rest, metadata: { ...metadata, labels } }, uid);
      expect(await theOne()).toMatchObject({ liveHash: 'edited-hash-1' });
      await workloads.update(spec, uid);
      expect(await theOne()).toMatchObject({ liveHash: 'hash-1' });
    },
  );

  describe('the record of a spec on the object', () => {
    const digest = toAppliedDigest(toAppliedSpec(spec));
    const manifest = toWorkloadManifest(toAppliedSpec(spec), pods);
    const recorded = (text: string): Manifest => ({
      ...manifest,
      metadata: { ...manifest.metadata, annotations: { ...manifest.metadata.annotations, 'ccd/spec': text } },
    });

    it('is of another spec where somebody has edited it together with the object', async () => {
      const { uid } = await workloads.create(spec);
      const forged = toAppliedSpec({ ...spec, env: { STRM_STREAM: 'theirs' } });
      await objects.apply(deployments, toWorkloadManifest(forged, pods), uid);
      expect(await theOne()).toMatchObject({ liveHash: 'hash-1', specDigest: toAppliedDigest(forged) });
      await workloads.update(spec, uid);
      expect(await theOne()).toMatchObject({ liveHash: 'hash-1', specDigest: digest });
    });

    it('is of another spec where it names an app of another agent, of whose template nothing is known', async () => {
      const { uid } = await workloads.create(spec);
      const kept = { app: 'batch-exporter', labels: {}, annotations: {}, env: {}, secrets: [] };
      await objects.apply(deployments, recorded(JSON.stringify(kept)), uid);
      expect(await theOne()).toMatchObject({ liveHash: 'hash-1', specDigest: expect.any(String) });
      expect((await theOne())?.specDigest).not.toBe(digest);
    });

    it('is of the same spec in the order in which an earlier version may have written it', async () => {
      const { uid } = await workloads.create(spec);
      const kept = z
        .record(z.string(), z.unknown())
        .parse(JSON.parse(manifest.metadata.annotations?.['ccd/spec'] ?? ''));
      const text = JSON.stringify(Object.fromEntries(Object.entries(kept).toReversed()));
      await objects.apply(deployments, recorded(text), uid);
      expect((await theOne())?.specDigest).toBe(digest);
    });

    it('that cannot be read is written anew, once', async () => {
      const { uid } = await workloads.create(spec);
      await objects.apply(deployments, recorded('{"version":0}'), uid);
      expect(await theOne()).toMatchObject({ liveHash: 'edited-hash-1' });
      const before = objects.writes();
      await workloads.update(spec, uid);
      await workloads.update(spec, uid);
      expect(await theOne()).toMatchObject({ liveHash: 'hash-1', specDigest: digest });
      expect(objects.writes()).toBe(before + 1);
    });
  });

  it('removes what is left of files that an earlier update did not come to remove', async () => {
    const { uid } = await workloads.create(spec);
    const [old = ''] = objects.names(configMaps);
    const newer = workloadSpec('a', { files: { x: '2' }, hash: 'hash-2' });
    await workloads.update(newer, uid);
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a', uid };
    await objects.create(configMaps, toFilesManifest(spec, old, owner));
    expect(await theOne()).toMatchObject({ staleness: 'FilesLeft' });
    await workloads.update(newer, uid);
    expect(objects.names(configMaps)).toHaveLength(1);
    expect((await theOne())?.staleness).toBeUndefined();
  });

  it('takes the word of its own pods alone, whatever labels others have', async () => {
    const { uid } = await workloads.create(spec);
    const plant = (name: string, metadata: object) =>
      objects.create(podResource, {
        ...{ apiVersion: 'v1', kind: 'Pod' },
        metadata: { name, ...{ creationTimestamp: '1970-01-01T00:00:00Z' }, ...metadata },
        status: { conditions: [{ type: 'Ready', status: name === 'theirs' ? 'True' : 'False' }] },
      });
    const labels = { 'ccd/workload': 'a', 'pod-template-hash': 'x' };
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', uid: 'r', controller: true };
    await plant('theirs', { labels, creationTimestamp: '1970-01-02T00:00:00Z' });
    expect(await theOne()).toMatchObject({ uid, status: { state: 'starting' } });
    await plant('ours', { labels, ownerReferences: [{ ...owner, name: 'a-x' }] });
    await clock.advance(200_000);
    expect(await theOne()).toMatchObject({ status: { state: 'failing', reason: 'NotStarting' } });
  });

  it('neither waits for what is ending already nor tells it to end once more', async () => {
    const { uid } = await workloads.create(spec);
    const { metadata, ...rest } = toWorkloadManifest(toAppliedSpec(spec), pods);
    const ending = { ...rest, metadata: { ...metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
    await objects.apply(deployments, ending, uid);
    const before = objects.writes();
    // Its clock stands still: a wait would have no end.
    await expect(workloads.remove('a', uid)).rejects.toThrow(StillEndingError);
    expect(objects.writes()).toBe(before);
  });

  describe('where something changes what we write', () => {
    /** As somebody else writes it. */
    const edit = async (change: (manifest: Manifest) => Manifest): Promise<void> => {
      const { uid = '' } = (await theOne()) ?? {};
      await objects.apply(deployments, change(toWorkloadManifest(toAppliedSpec(spec), pods)), uid);
    };
    const scaled = (manifest: Manifest): Manifest => ({
      ...manifest,
      spec: { ...Object(manifest['spec']), replicas: 3 },
    });
    const unlabelled = ({ metadata, ...rest }: Manifest): Manifest => ({
      ...rest,
      metadata: { ...metadata, labels: {} },
    });

    it('says which field the API server itself answers with otherwise', async () => {
      const { uid } = await workloads.create(spec);
      await edit(unlabelled);
      const strict = open({
        ...objects,
        apply: (resource, manifest, of) => objects.apply(resource, unlabelled(manifest), of),
      });
      const attempt = strict.update(spec, uid);
      await expect(attempt).rejects.toThrow(NotKeptError);
      await expect(attempt).rejects.toThrow('metadata.labels.ccd/agent');
    });

    it('takes sides no more than a few times in a row, and again after a time of peace', async () => {
      const { uid } = await workloads.create(spec);
      const repair = async () => {
        await edit(scaled);
        await workloads.update(spec, uid);
      };
      for (let times = 0; times < 3; times += 1) await repair();
      await expect(repair()).rejects.toThrow('spec.replicas: it was put right 4 times');
      await clock.advance(10_000);
      await workloads.list({}, 'now');
      await repair();
    });

    it('does not count edits of different fields as one dispute', async () => {
      const { uid } = await workloads.create(spec);
      for (let times = 0; times < 10; times += 1) {
        await edit(times % 2 === 0 ? scaled : unlabelled);
        expect(await workloads.update(spec, uid)).toMatchObject({ liveHash: 'hash-1' });
      }
    });
  });
});
