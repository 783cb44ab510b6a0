import { z } from 'zod';
import type { LiveWorkload } from '../../port.ts';
import { metadataSchema } from '../client/object-schema.ts';
import { statusSchema } from '../status/workload-status.ts';
import type { WorkloadState } from '../status/workload-status.ts';
import type { Manifest } from '../template/manifest.ts';
import {
  marks,
  ownLabelsOf,
  schemaOf,
  workloadLabel,
  withoutOwnAnnotations,
  withoutOwnLabels,
} from '../template/marks.ts';
import type { PodOptions } from '../template/pod-template.ts';
import { toAppliedDigest, toTemplateDigest, toWorkloadManifest } from '../template/workload-manifest.ts';
import type { AppliedSpec } from '../template/workload-manifest.ts';
import { findAdded } from './find-added.ts';
import { findDifference } from './find-difference.ts';
import type { FieldPath } from './find-difference.ts';

const objectSchema = z.object({ metadata: metadataSchema, spec: z.unknown(), status: statusSchema });

const texts = z.record(z.string(), z.string());
const keptSchema = z.object({
  app: z.enum(['decrypter', 'batch-exporter', 'batch-job']),
  labels: texts,
  annotations: texts,
  env: texts,
  secrets: z.array(z.string()),
  filesName: z.string().exactOptional(),
});

/** What is kept of a listed Deployment or Job: what the comparison and the status need. */
export interface SeenWorkload {
  readonly resourceVersion: string;
  readonly live: Omit<LiveWorkload, 'status'>;
  readonly state: WorkloadState;
  /** The ConfigMap that it cannot run without. */
  readonly filesName: string | undefined;
  /** The label by which its pods are found; undefined for what is none of our making. */
  readonly podLabel: string | undefined;
}

export interface SeeOptions {
  readonly pods: PodOptions;
  readonly kind: WorkloadState['kind'];
  /**
   * The generation that our own last write left, if that is known. Whoever changes a spec changes it; while it stands,
   * the spec is as we left it, also where an admission webhook rewrites what we send.
   */
  readonly settled: number | undefined;
}

/** @throws ZodError for what is no object of Kubernetes */
export function seeWorkload(object: unknown, { pods, kind, settled }: SeeOptions): SeenWorkload {
  const { metadata, spec, status } = objectSchema.parse(object);
  const { name, uid, resourceVersion, annotations = {}, labels = {}, generation = 0 } = metadata;
  const appliedHash = annotations[marks.hash];
  const schema = schemaOf(annotations);
  const applied =
    appliedHash === undefined ? undefined : readApplied(name, appliedHash, annotations[marks.spec]);
  const staleness = applied && stalenessOf(applied, annotations[marks.template], { pods, kind });
  const edited =
    applied !== undefined &&
    staleness === undefined &&
    pods.template.apps[applied.app] !== undefined &&
    isEdited(toWorkloadManifest(applied, pods), { metadata, spec }, generation === settled);
  return {
    resourceVersion,
    live: {
      name,
      uid,
      labels: withoutOwnLabels(labels),
      annotations: withoutOwnAnnotations(annotations),
      ...(appliedHash !== undefined && { appliedHash }),
      ...(staleness !== undefined && { staleness }),
      ...(schema !== undefined && { schema }),
      ...(applied !== undefined && { specDigest: toAppliedDigest(applied) }),
      liveHash: hashOf(appliedHash, applied, staleness, edited),
    },
    state: { kind, generation, deleting: metadata.deletionTimestamp !== undefined, status },
    filesName: applied?.filesName,
    podLabel: applied && labels[workloadLabel],
  };
}

function readApplied(name: string, hash: string, text: string | undefined): AppliedSpec | undefined {
  if (text === undefined) return undefined;
  try {
    const kept = keptSchema.parse(JSON.parse(text));
    return { ...kept, name, hash, filesName: kept.filesName };
  } catch {
    // Somebody has edited it.
    return undefined;
  }
}

/** Whether the agent's configuration would make the pods in another way now. A Job's pods cannot be changed. */
function stalenessOf(
  { app }: AppliedSpec,
  template: string | undefined,
  { pods, kind }: Pick<SeeOptions, 'pods' | 'kind'>,
): string | undefined {
  // An app that this agent does not run is for another agent to judge.
  if (kind === 'Job' || pods.template.apps[app] === undefined) return undefined;
  return template === toTemplateDigest(pods, app) ? undefined : 'TemplateChanged';
}

type Live = Pick<z.output<typeof objectSchema>, 'metadata' | 'spec'>;

function isEdited(wanted: Manifest, live: Live, settled: boolean): boolean {
  // Those of the spec have a reason of their own where they are lost.
  const labels = ownLabelsOf(wanted.metadata.labels);
  return differenceOf({ ...wanted, metadata: { ...wanted.metadata, labels } }, live, settled) !== undefined;
}

/** @param settled its spec is as we have left it */
function differenceOf(wanted: Manifest, { metadata, spec }: Live, settled: boolean): FieldPath | undefined {
  const { labels, annotations } = wanted.metadata;
  const ours = { metadata: { labels, annotations }, ...(!settled && { spec: wanted['spec'] }) };
  return findDifference({ metadata, spec }, ours) ?? (settled ? undefined : findAdded({ spec }, wanted)[0]);
}

/**
 * The first field that an application of the manifest would change.
 * @param settled the generation that our own last write left, if that is known
 * @throws ZodError for what is no object of Kubernetes
 */
export function findUnapplied(
  wanted: Manifest,
  object: unknown,
  settled: number | undefined,
): FieldPath | undefined {
  const live = objectSchema.parse(object);
  return differenceOf(wanted, live, (live.metadata.generation ?? 0) === settled);
}

const hashOf = (
  appliedHash: string | undefined,
  applied: AppliedSpec | undefined,
  staleness: string | undefined,
  edited: boolean,
): string => {
  if (appliedHash === undefined) return '';
  if (staleness !== undefined) return `stale-${appliedHash}`;
  return applied === undefined || edited ? `edited-${appliedHash}` : appliedHash;
};
