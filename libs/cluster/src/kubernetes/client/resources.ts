/** A kind of object of a namespace, as the API server knows it. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  /** Read by its metadata alone: what it holds is sent to the API server and never asked for. */
  readonly bare?: boolean;
}

const resource = (apiVersion: string, kind: string, plural: string): Resource => ({
  apiVersion,
  kind,
  plural,
});

export const deployments = resource('apps/v1', 'Deployment', 'deployments');
export const jobs = resource('batch/v1', 'Job', 'jobs');
export const pods = resource('v1', 'Pod', 'pods');
export const configMaps = resource('v1', 'ConfigMap', 'configmaps');
export const secrets: Resource = { ...resource('v1', 'Secret', 'secrets'), bare: true };
export const leases = resource('coordination.k8s.io/v1', 'Lease', 'leases');

/** Asks for metadata alone. */
export const asBare = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
export const asBareList = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** The path of a collection or of one object. */
export function toPath(
  { apiVersion, plural }: Resource,
  namespace: string,
  name?: string,
  query: Query = {},
): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const parts = ['namespaces', namespace, plural, ...(name === undefined ? [] : [name])].map(
    encodeURIComponent,
  );
  const asked = Object.entries(query).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${encodeURIComponent(value)}`],
  );
  return `${root}/${parts.join('/')}${asked.length === 0 ? '' : `?${asked.join('&')}`}`;
}

/** Labels as a selector that asks for all of them. */
export const toSelector = (labels: Readonly<Record<string, string>>): string | undefined =>
  Object.keys(labels).length === 0
    ? undefined
    : Object.entries(labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(',');
