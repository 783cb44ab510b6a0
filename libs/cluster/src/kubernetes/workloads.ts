import type { Clock } from '@ccd/reconcile';
import { ClusterUnavailableError, ConflictError, DeniedError, StillEndingError } from '../errors.ts';
import type { Freshness, Kept, Labels, LiveWorkload, WorkloadSpec } from '../port.ts';
import { assertWorkloadSpec } from '../spec-rules.ts';
import { toPortError } from './client/classify.ts';
import { createKeptPages } from './client/kept-pages.ts';
import type { ObjectClient } from './client/object-client.ts';
import { bareObjectSchema } from './client/object-schema.ts';
import type { BareObject } from './client/object-schema.ts';
import { configMaps, deployments, jobs, toSelector } from './client/resources.ts';
import type { Resource } from './client/resources.ts';
import { assertKept } from './live/assert-kept.ts';
import { listSeen } from './live/list-seen.ts';
import { createDisputes } from './live/disputes.ts';
import { findAdded } from './live/find-added.ts';
import { managedFieldsOf, manages } from './live/manager-of.ts';
import { findUnapplied, seeWorkload } from './live/seen-workload.ts';
import type { SeenWorkload } from './live/seen-workload.ts';
import { listPods } from './status/list-pods.ts';
import type { Pod } from './status/pod-schema.ts';
import type { PodReasons } from './status/pod-reasons.ts';
import type { Said } from './status/pod-status.ts';
import { toStatusWithoutPods, toWorkloadStatus } from './status/workload-status.ts';
import {
  fieldManager,
  isOfLaterSchema,
  schemaOf,
  toLaterSchemaAdvice,
  workloadLabel,
} from './template/marks.ts';
import type { OwnerReference } from './template/manifest.ts';
import type { PodOptions } from './template/pod-template.ts';
import { kindOf, toAppliedSpec, toWorkloadManifest } from './template/workload-manifest.ts';
import { createWatchedList } from './watch/watched-list.ts';
import type { WatchView } from './watch/watches.ts';
import { createWorkloadFiles, noFiles } from './workload-files.ts';
import type { SeenFiles } from './workload-files.ts';

export interface WorkloadsOptions {
  readonly objects: ObjectClient;
  readonly pods: PodOptions;
  /** Of all objects of a kind, or of those that a selector picks. */
  readonly viewOf: (resource: Resource, labelSelector?: string) => WatchView;
  readonly reasonsOf: PodReasons;
  readonly clock: Clock;
  /** How long the removal that asks for the end waits for it. */
  readonly removalMs: number;
}

export interface Workloads {
  list(labels: Labels, asOf: Freshness): Promise<readonly LiveWorkload[]>;
  create(spec: WorkloadSpec): Promise<LiveWorkload>;
  update(spec: WorkloadSpec, uid: string, kept?: Kept): Promise<LiveWorkload>;
  remove(name: string, uid: string, kept?: Kept): Promise<void>;
}

type Kind = 'Deployment' | 'Job';
type Metadata = BareObject['metadata'];
const resources: Readonly<Record<Kind, Resource>> = { Deployment: deployments, Job: jobs };

/** Workloads as Deployments and Jobs, their files as ConfigMaps that belong to them. */
export function createWorkloads(options: WorkloadsOptions): Workloads {
  const { objects, pods, viewOf, reasonsOf, clock, removalMs } = options;
  /** The generation that our last write left, by uid. */
  const settled = new Map<string, number>();
  /** What was last seen, by uid: an object whose version stands need not be read again. */
  const seen = new Map<string, SeenWorkload>();
  /** What the lists of all objects were made of: the same bytes show the same objects. */
  const pages = { Deployment: createKeptPages<SeenWorkload>(), Job: createKeptPages<SeenWorkload>() };
  const disputes = createDisputes(clock);
  const files = createWorkloadFiles({ objects, view: viewOf(configMaps, workloadLabel), clock });
  const kinds = [...new Set((Object.keys(pods.template.apps) as WorkloadSpec['app'][]).map(kindOf))];

  const see = (object: unknown, kind: Kind): SeenWorkload => {
    const { metadata } = bareObjectSchema.parse(object);
    return seeWorkload(object, { pods, kind, settled: settled.get(metadata.uid) });
  };

  const readKind = (kind: Kind, selector: string | undefined) =>
    listSeen(
      seen,
      (project) =>
        objects.list(resources[kind], selector, project, selector === undefined ? pages[kind] : undefined),
      (object) => see(object, kind),
    );
  const watchKind = (kind: Kind) =>
    createWatchedList({
      view: viewOf(resources[kind]),
      clock,
      read: async () => ({ value: await readKind(kind, undefined), version: pages[kind].version() }),
    });
  const wholeLists = { Deployment: watchKind('Deployment'), Job: watchKind('Job') };
  const listKind = (kind: Kind, labels: Labels, asOf: Freshness) => {
    const selector = toSelector(labels);
    return selector === undefined ? wholeLists[kind](asOf) : readKind(kind, selector);
  };

  const toLive = (
    workload: SeenWorkload,
    podLists: ReadonlyMap<string, readonly Pod[]>,
    said?: Said,
  ): LiveWorkload => ({
    ...workload.live,
    status: toWorkloadStatus(workload.state, podLists.get(workload.live.uid) ?? [], clock.now(), said),
  });

  const withFiles = (workload: SeenWorkload, seenFiles: SeenFiles): SeenWorkload => {
    const { filesName, live } = workload;
    const staleness = whyFiles(filesName, live, seenFiles);
    if (staleness === undefined) return workload;
    return { ...workload, live: { ...live, liveHash: `unfiled-${live.liveHash}`, staleness } };
  };

  const settle = (object: unknown, kind: Kind): LiveWorkload => {
    const { uid, generation } = bareObjectSchema.parse(object).metadata;
    if (generation !== undefined) settled.set(uid, generation);
    return toLive(see(object, kind), new Map());
  };

  const inWordsOfPort = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw toPortError(error, { kind: 'workload', name });
    }
  };

  const assertRunnable = (spec: WorkloadSpec): void => {
    assertWorkloadSpec(spec);
    if (pods.template.apps[spec.app] !== undefined) return;
    throw new DeniedError('workload', spec.name, 'NoImage', `the pod template has no ${spec.app}`);
  };

  const findKind = async (
    name: string,
  ): Promise<{ readonly kind: Kind; readonly object: unknown } | undefined> => {
    for (const kind of kinds) {
      const object = await objects.get(resources[kind], name);
      if (object !== undefined) return { kind, object };
    }
    return undefined;
  };

  return {
    list: (labels, asOf) =>
      inWordsOfPort('(all)', async () => {
        const lists = await Promise.all(kinds.map((kind) => listKind(kind, labels, asOf)));
        const all = lists.flat();
        keepOnly(settled, all);
        keepOnly(seen, all);
        for (const uid of disputes.uids()) {
          const live = seen.get(uid)?.live;
          if (live === undefined) disputes.forget(uid);
          else if (live.liveHash === live.appliedHash) disputes.atPeace(uid);
        }
        const seenFiles = all.some(({ filesName }) => filesName !== undefined)
          ? await files.list(asOf)
          : noFiles;
        const unclear = all.filter(({ state }) => toStatusWithoutPods(state) === undefined);
        const podLists = await listPods(
          objects,
          unclear.map(({ live, state, podLabel }) => ({ ...live, kind: state.kind, podLabel })),
        );
        const said = await reasonsOf([...podLists.values()].flat());
        return all.map((workload) => toLive(withFiles(workload, seenFiles), podLists, said));
      }),

    create: (spec) =>
      inWordsOfPort(spec.name, async () => {
        assertRunnable(spec);
        const applied = toAppliedSpec(spec);
        const kind = kindOf(spec.app);
        const created = await objects.create(resources[kind], toWorkloadManifest(applied, pods));
        if (applied.filesName !== undefined)
          await files.create(spec, applied.filesName, toOwner(created, kind)).catch((error: unknown) => {
            throw madeInPart(spec.name, error);
          });
        return settle(created, kind);
      }),

    update: (spec, uid, kept) =>
      inWordsOfPort(spec.name, async () => {
        assertRunnable(spec);
        const applied = toAppliedSpec(spec);
        const kind = kindOf(spec.app);
        const found = await objects.get(resources[kind], spec.name);
        const before = found === undefined ? undefined : bareObjectSchema.parse(found).metadata;
        if (before?.uid !== uid) throw new ConflictError('workload', spec.name);
        assertOurSchema(kind, before, kept);
        if (applied.filesName !== undefined) await files.keep(spec, applied.filesName, toOwner(found, kind));
        const manifest = toWorkloadManifest(applied, pods);
        // The list that called for it may have been an old one.
        const unapplied = findUnapplied(manifest, found, settled.get(uid));
        const apply = () =>
          objects.apply(
            resources[kind],
            manifest,
            uid,
            findAdded(found, manifest, (path) => manages(managedFieldsOf(found), path, fieldManager)),
          );
        const updated = unapplied === undefined ? found : await apply();
        await files.dropOthers(spec.name, uid, applied.filesName);
        const live = settle(updated, kind);
        if (unapplied !== undefined)
          assertKept(
            spec,
            manifest,
            { found, unapplied, updated },
            { disputes, generation: settled.get(uid) },
          );
        return live;
      }),

    remove: (name, uid, kept) =>
      inWordsOfPort(name, async () => {
        const end = clock.monotonic() + removalMs;
        let asked = false;
        for (let pause = 50; ; pause = Math.min(pause * 2, 1_000)) {
          const found = await findKind(name);
          if (found === undefined) return;
          const { metadata } = bareObjectSchema.parse(found.object);
          // Another has the name by now: ours is gone, if it was there when we came.
          if (metadata.uid !== uid) {
            if (asked) return;
            throw new ConflictError('workload', name);
          }
          if (!asked) {
            assertOurSchema(found.kind, metadata, kept);
            // What is on its way out, by whomever, needs to be told no second time, and nobody to wait for it.
            if (metadata.deletionTimestamp !== undefined) throw new StillEndingError(name);
            await objects.remove(resources[found.kind], name, uid, 'Foreground');
            asked = true;
          } else if (clock.monotonic() >= end) throw new StillEndingError(name);
          else await clock.sleep(pause);
        }
      }),
  };
}

/** What is wrong with the files of a workload, and to be repaired. */
function whyFiles(
  filesName: string | undefined,
  { name, uid }: SeenWorkload['live'],
  seen: SeenFiles,
): string | undefined {
  if (filesName !== undefined && !seen.has(filesName, uid)) return 'FilesMissing';
  return seen.hasOthers(name, uid, filesName) ? 'FilesLeft' : undefined;
}

/** Not in the words of what went wrong: a refusal would mean that nothing was made. */
function madeInPart(name: string, cause: unknown): ClusterUnavailableError {
  const why = toPortError(cause, { kind: 'workload', name });
  return new ClusterUnavailableError(
    `workload ${name} was made and its files were not${why instanceof Error ? `: ${why.message}` : ''}`,
    { cause },
  );
}

function assertOurSchema(
  kind: Kind,
  { name, namespace, annotations }: Metadata,
  kept: Kept | undefined,
): void {
  if (!isOfLaterSchema(schemaOf(annotations), kept)) return;
  throw new DeniedError('workload', name, 'LaterSchema', toLaterSchemaAdvice(kind, name, namespace));
}

function toOwner(object: unknown, kind: Kind): OwnerReference {
  const { name, uid } = bareObjectSchema.parse(object).metadata;
  return { apiVersion: resources[kind].apiVersion, kind, name, uid, controller: true };
}

/** Forgets what is not listed any more. */
function keepOnly(known: Map<string, unknown>, all: readonly SeenWorkload[]): void {
  const present = new Set(all.map(({ live }) => live.uid));
  for (const uid of known.keys()) if (!present.has(uid)) known.delete(uid);
}
