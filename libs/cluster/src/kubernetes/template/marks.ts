import type { Kept, Labels } from '../../port.ts';
import { toLabelValue } from './names.ts';

/** Who writes, in the words of server-side apply. */
export const fieldManager = 'ccd-agent';

/** Of the form of the objects that we make. An agent leaves alone what a later version has made in another form. */
export const schemaStamp = 1;

/** Annotations of ours. */
export const marks = {
  /** The hash of the spec that was applied. */
  hash: 'ccd/hash',
  /** What of the object came from the spec, to see whether somebody edited it since. */
  spec: 'ccd/spec',
  /** Digest of the template that the object was made from. */
  template: 'ccd/template',
  schema: 'ccd/schema',
  /** The version of a Secret that our own last write left. */
  secretVersion: 'ccd/secret-version',
  /** Text that a person leaves for an agent. */
  release: 'ccd/release',
  /** The same, of objects that its inventory lacks. */
  adopt: 'ccd/adopt',
} as const;

/** On all objects of a workload and its pods; pods are selected by it. */
export const workloadLabel = 'ccd/workload';
/** On what marks another object, and names the kind of that. */
export const markerLabel = 'ccd/marks';
export const managedBy = 'ccd';
/** Of all Secrets that we make. A type never changes: whoever relabels a Secret does not make it ours, nor takes it from us. */
export const secretType = 'ccd/secret';

const isOfKubernetes = (key: string): boolean => /^(?:[a-z0-9.-]*\.)?(?:kubernetes|k8s)\.io\//.test(key);
const annotations: ReadonlySet<string> = new Set(Object.values(marks));

export const labelsOfWorkload = (name: string, app: string): Labels => ({
  'app.kubernetes.io/name': app,
  'app.kubernetes.io/instance': toLabelValue(name),
  'app.kubernetes.io/managed-by': managedBy,
  [workloadLabel]: toLabelValue(name),
});

export const labelsOfFiles = (workload: string): Labels => ({
  'app.kubernetes.io/managed-by': managedBy,
  [workloadLabel]: toLabelValue(workload),
});

export const labelsOfSecret: Labels = { 'app.kubernetes.io/managed-by': managedBy };

const isOwnLabel = (key: string): boolean =>
  key === workloadLabel || key === markerLabel || isOfKubernetes(key);

/** The labels of an object that are neither the adapter's nor Kubernetes' own. */
export const withoutOwnLabels = (labels: Labels = {}): Labels => filtered(labels, (key) => !isOwnLabel(key));

/** Those that `withoutOwnLabels` leaves out. */
export const ownLabelsOf = (labels: Labels = {}): Labels => filtered(labels, isOwnLabel);

export const withoutOwnAnnotations = (given: Labels = {}): Labels =>
  filtered(given, (key) => !annotations.has(key) && !isOfKubernetes(key));

const filtered = (labels: Labels, keep: (key: string) => boolean): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([key]) => keep(key)));

const firstSchema = 1;

/** What an object says of its form; undefined for the first one. */
export function schemaOf(given: Labels | undefined): number | undefined {
  const stamp = Number(given?.[marks.schema] ?? firstSchema);
  return Number.isInteger(stamp) && stamp > firstSchema ? stamp : undefined;
}

export const isLater = (schema: number | undefined): boolean => (schema ?? firstSchema) > schemaStamp;

/**
 * Whether a later version of ours made an object that says so. Anybody can write that; so where something is kept of our last
 * write, it has to say the same.
 */
export const isOfLaterSchema = (schema: number | undefined, kept: Kept | undefined): boolean =>
  isLater(schema) && (kept === undefined || isLater(kept.schema));

/** What a person can do about it. */
export const toLaterSchemaAdvice = (kind: string, name: string, namespace = 'default'): string =>
  `by its annotation ${marks.schema} a later version of the agent made it: run that one again, or have this one ` +
  `take it over: kubectl -n ${namespace} annotate ${kind.toLowerCase()} ${name} ${marks.schema}-`;
