import { z } from 'zod';
import type { Kept, Labels, LiveSecret } from '../../port.ts';
import { metadataSchema } from '../client/object-schema.ts';
import {
  labelsOfSecret,
  markerLabel,
  marks,
  schemaOf,
  schemaStamp,
  withoutOwnLabels,
} from '../template/marks.ts';
import type { Manifest } from '../template/manifest.ts';
import { digestOf } from '../template/names.ts';

/**
 * What stands for a Secret of ours where its agent looks: a ConfigMap of the same name. So the agent needs no right to read
 * Secrets, which would be a right to read all of them. The Secret owns it, so that it goes with the Secret, whoever removes
 * that.
 */
export interface Marker {
  readonly name: string;
  readonly namespace: string | undefined;
  /** Its own. */
  readonly uid: string;
  readonly resourceVersion: string;
  /** Of the spec. */
  readonly labels: Labels;
  /** Undefined from before the Secret is made until it is known that it was. */
  readonly secretUid: string | undefined;
  /** Undefined from before each write of the Secret until its answer. */
  readonly written: Written | undefined;
  readonly schema: Kept['schema'];
}

/** A Secret as our own write has left it. */
export interface Written {
  readonly hash: string;
  readonly version: string;
}

/** What a marker is to say. */
export interface MarkerState {
  readonly name: string;
  readonly labels: Labels;
  readonly secretUid?: string | undefined;
  readonly written?: Written | undefined;
}

/** On every marker of a Secret, and on nothing else. */
export const markerLabels: Labels = { [markerLabel]: 'secret' };

const description =
  'Marks the Secret of this name for its agent, which may not read Secrets. It goes with the Secret.';

/** @param over the marker whose place it takes, while that stands */
export const toMarkerManifest = (
  { name, labels, secretUid, written }: MarkerState,
  over?: Pick<Marker, 'uid' | 'resourceVersion'>,
): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name,
    ...(over && { uid: over.uid, resourceVersion: over.resourceVersion }),
    labels: { ...labels, ...labelsOfSecret, ...markerLabels },
    annotations: {
      'kubernetes.io/description': description,
      [marks.schema]: String(schemaStamp),
      ...(written && { [marks.hash]: written.hash, [marks.secretVersion]: written.version }),
    },
    ...(secretUid !== undefined && {
      ownerReferences: [{ apiVersion: 'v1', kind: 'Secret', name, uid: secretUid }],
    }),
  },
});

const markerSchema = z.object({
  metadata: metadataSchema.extend({
    ownerReferences: z.array(z.object({ kind: z.string(), name: z.string(), uid: z.string() })).default([]),
  }),
});

/** @returns undefined for a ConfigMap that marks no Secret. @throws ZodError for what is no object of Kubernetes */
export function readMarker(object: unknown): Marker | undefined {
  const {
    name,
    namespace,
    uid,
    resourceVersion,
    labels = {},
    annotations = {},
    ownerReferences,
  } = markerSchema.parse(object).metadata;
  if (labels[markerLabel] !== markerLabels[markerLabel]) return undefined;
  const owner = ownerReferences.find((each) => each.kind === 'Secret' && each.name === name);
  const hash = annotations[marks.hash];
  const version = annotations[marks.secretVersion];
  return {
    name,
    namespace,
    uid,
    resourceVersion,
    labels: withoutOwnLabels(labels),
    secretUid: owner?.uid,
    written: hash === undefined || version === undefined ? undefined : { hash, version },
    schema: schemaOf(annotations),
  };
}

/** The Secret that a marker stands for; undefined for one that may not have been made. */
export function toLiveSecret({ name, labels, secretUid, written, schema }: Marker): LiveSecret | undefined {
  if (secretUid === undefined) return undefined;
  return {
    name,
    uid: secretUid,
    labels,
    ...(written && { appliedHash: written.hash, mark: toMark(written) }),
    ...(schema !== undefined && { schema }),
  };
}

/** For whoever keeps what our last write has left where the Secret's editors don't write. */
export const toMark = ({ hash, version }: Written): string => digestOf(`${version} ${hash}`);
