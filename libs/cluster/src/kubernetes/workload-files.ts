import { ConflictError, DeniedError, NotKeptError } from '../errors.ts';
import type { Clock } from '@ccd/reconcile';
import type { Freshness, Labels, WorkloadSpec } from '../port.ts';
import { includesLabels } from '../spec-rules.ts';
import { ApiError } from './client/api-error.ts';
import { createFilesContents, filesSchema } from './files-contents.ts';
import type { Files } from './files-contents.ts';
import { createKeptPages } from './client/kept-pages.ts';
import type { ObjectClient } from './client/object-client.ts';
import { bareObjectSchema } from './client/object-schema.ts';
import { configMaps } from './client/resources.ts';
import { findDifference, toText } from './live/find-difference.ts';
import type { Manifest, OwnerReference } from './template/manifest.ts';
import { labelsOfFiles, workloadLabel } from './template/marks.ts';
import { isFilesName, toLabelValue } from './template/names.ts';
import { toFilesManifest } from './template/workload-manifest.ts';
import { createWatchedList } from './watch/watched-list.ts';
import type { WatchView } from './watch/watches.ts';

/** The ConfigMaps that workloads have, as one list showed them. */
export interface SeenFiles {
  /** Whether the workload has this one, with all of our labels. */
  has(name: string, owner: string): boolean;
  /** Whether there are others of the workload beside it, which it has no use for. */
  hasOthers(workload: string, owner: string, name: string | undefined): boolean;
}

/** The files of workloads, in immutable ConfigMaps that belong to them. */
export interface WorkloadFiles {
  list(asOf: Freshness): Promise<SeenFiles>;
  /** Of a workload that was made just now. @throws as `keep` does */
  create(spec: WorkloadSpec, name: string, owner: OwnerReference): Promise<void>;
  /**
   * Sees to it that the workload has its files, and writes only where it has not.
   * @throws DeniedError where the name is somebody else's, ConflictError where it is still an earlier workload's
   */
  keep(spec: WorkloadSpec, name: string, owner: OwnerReference): Promise<void>;
  /** Removes these. */
  dropOthers(workload: string, owner: string, name: string | undefined): Promise<void>;
}

export const noFiles: SeenFiles = { has: () => false, hasOthers: () => false };

interface File {
  readonly name: string;
  readonly uid: string;
  /** Of the workload. */
  readonly label: string | undefined;
  /** Whose it is, and whether it has the labels of the files of that one. */
  readonly owners: readonly { readonly uid: string; readonly isLabelled: boolean }[];
}

/** What is looked at of each of ten thousand ConfigMaps. */
function toFile(item: unknown): File {
  const { name, uid: own, labels = {}, ownerReferences = [] } = bareObjectSchema.parse(item).metadata;
  return {
    name,
    uid: own,
    label: labels[workloadLabel],
    owners: ownerReferences.map(({ uid, name: workload }) => ({
      uid,
      isLabelled: includesLabels(labels, labelsOfFiles(workload)),
    })),
  };
}

/** What one list showed, by workload; files that are not what their name says are not there. */
function toSeenFiles(found: readonly File[], holds: (uid: string) => boolean): SeenFiles {
  const whole = new Set<string>();
  const byOwner = new Map<string, File[]>();
  for (const file of found) {
    const { name, uid: own, owners } = file;
    const isTrue = holds(own);
    for (const { uid, isLabelled } of owners) {
      if (isLabelled && isTrue) whole.add(`${name} ${uid}`);
      const known = byOwner.get(uid);
      if (known === undefined) byOwner.set(uid, [file]);
      else known.push(file);
    }
  }
  return {
    has: (name, owner) => whole.has(`${name} ${owner}`),
    hasOthers: (workload, owner, name) =>
      (byOwner.get(owner) ?? []).some(
        (file) =>
          file.name !== name && isFilesName(workload, file.name) && file.label === toLabelValue(workload),
      ),
  };
}

export interface WorkloadFilesOptions {
  readonly objects: ObjectClient;
  /** Of the ConfigMaps with the label of a workload. */
  readonly view: WatchView;
  readonly clock: Clock;
}

export function createWorkloadFiles({ objects, view, clock }: WorkloadFilesOptions): WorkloadFiles {
  const pages = createKeptPages<File>();
  const contents = createFilesContents(objects);
  const make = async (manifest: Manifest, workload: string): Promise<void> => {
    const made = await objects.create(configMaps, manifest);
    contents.note(made);
    assertKept(made, manifest, workload);
  };
  const bring = async (manifest: Manifest, owner: OwnerReference, workload: string): Promise<void> => {
    const found = await objects.get(configMaps, manifest.metadata.name);
    if (found === undefined) {
      await make(manifest, workload);
      return;
    }
    const there = filesSchema.parse(found);
    const { labels, ownerReferences } = there.metadata;
    const isIts = ownerReferences.some(({ uid }) => uid === owner.uid);
    if (isIts && !contents.note(found)) {
      // Somebody has put it in the place of ours. What cannot be edited can only be made anew.
      await objects.remove(configMaps, there.metadata.name, there.metadata.uid, 'Background');
      await make(manifest, workload);
      return;
    }
    if (isIts && includesLabels(labels, manifest.metadata.labels ?? {})) return;
    if (!isIts) assertFree(there, manifest, owner, workload);
    const written = await objects.replace(configMaps, {
      ...manifest,
      metadata: {
        ...there.metadata,
        labels: { ...labels, ...manifest.metadata.labels },
        ownerReferences: isIts ? ownerReferences : [owner],
      },
    });
    assertKept(written, manifest, workload);
  };

  return {
    list: createWatchedList({
      view,
      clock,
      async read() {
        const found = await objects.listBare(configMaps, workloadLabel, toFile, pages);
        await contents.look(found);
        return { value: toSeenFiles(found, (uid) => contents.holds(uid)), version: pages.version() };
      },
    }),

    async create(spec, name, owner) {
      const manifest = toFilesManifest(spec, name, owner);
      try {
        await make(manifest, spec.name);
      } catch (error) {
        if (!(error instanceof ApiError) || error.reason !== 'AlreadyExists') throw error;
        await bring(manifest, owner, spec.name);
      }
    },

    keep: (spec, name, owner) => bring(toFilesManifest(spec, name, owner), owner, spec.name),

    async dropOthers(workload, owner, name) {
      const selector = `${workloadLabel}=${toLabelValue(workload)}`;
      const found = await objects.listBare(
        configMaps,
        selector,
        (item) => bareObjectSchema.parse(item).metadata,
      );
      for (const file of found) {
        const isIts = (file.ownerReferences ?? []).some(({ uid }) => uid === owner);
        if (isIts && file.name !== name && isFilesName(workload, file.name))
          await objects.remove(configMaps, file.name, file.uid, 'Background');
      }
    },
  };
}

/** Without its labels a file would be written again and again. */
function assertKept(written: unknown, wanted: Manifest, workload: string): void {
  const lost = findDifference(written, { metadata: { labels: wanted.metadata.labels } });
  if (lost === undefined) return;
  throw new NotKeptError(
    'workload',
    workload,
    `${toText(lost)} of the ConfigMap ${wanted.metadata.name}`,
    'the API server itself answers with another value; look for a mutating webhook or admission policy',
  );
}

/**
 * What an earlier workload of the name has left may be taken over once nobody owns it: its name says what it holds, so that
 * nothing of it changes but whose it is.
 */
function assertFree(there: Files, wanted: Manifest, owner: OwnerReference, workload: string): void {
  const { name, labels, ownerReferences } = there.metadata;
  // It goes with that one, which the garbage collector sees to.
  if (ownerReferences.some((each) => each.kind === owner.kind && each.name === owner.name))
    throw new ConflictError('workload', workload);
  const isOurs = includesLabels(labels, wanted.metadata.labels ?? {});
  const isSame = there.immutable && isEqual(there.data, wanted['data']);
  if (ownerReferences.length === 0 && isOurs && isSame) return;
  throw new DeniedError('workload', workload, 'ForeignFiles', `the ConfigMap ${name} is not its own`);
}

const isEqual = (one: Labels, other: unknown): boolean =>
  typeof other === 'object' &&
  other !== null &&
  Object.keys(one).length === Object.keys(other).length &&
  Object.entries(other).every(([key, value]) => one[key] === value);
