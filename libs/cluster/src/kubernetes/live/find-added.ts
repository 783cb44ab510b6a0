import { keyOf, valueAt } from './find-difference.ts';
import type { FieldPath } from './find-difference.ts';

/** What of an object, or of each element of a list, is ours also where we write nothing. */
interface Shape {
  /** These fields; a value is what the API server writes where we write nothing. */
  readonly closed?: Readonly<Record<string, unknown>>;
  /** Every field but those of `closed`. */
  readonly whole?: true;
  /** Every element that we don't write, of a list. */
  readonly elements?: Shape;
  /** What is ours within fields. */
  readonly within?: Readonly<Record<string, Shape>>;
}

const none = (...fields: readonly string[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(fields.map((field) => [field, undefined]));

const whole: Shape = { whole: true };
const files: Shape = { whole: true, closed: { defaultMode: 420 } };
const rights: Shape = {
  whole: true,
  closed: { procMount: 'Default' },
  within: { capabilities: whole, seccompProfile: whole },
};
const probe: Shape = { within: { httpGet: whole } };

const container: Shape = {
  closed: {
    ...none('command', 'args', 'workingDir', 'envFrom', 'lifecycle', 'startupProbe'),
    ...none('livenessProbe', 'readinessProbe', 'volumeDevices', 'ports'),
    terminationMessagePath: '/dev/termination-log',
  },
  within: {
    env: { elements: whole },
    volumeMounts: { elements: whole },
    securityContext: rights,
    livenessProbe: probe,
    readinessProbe: probe,
  },
};

const pod: Shape = {
  closed: {
    ...none('initContainers', 'hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostAliases'),
    ...none('serviceAccountName', 'nodeName', 'runtimeClassName', 'priorityClassName', 'resourceClaims'),
    ...none('dnsConfig', 'hostname', 'subdomain', 'setHostnameAsFQDN'),
    schedulerName: 'default-scheduler',
  },
  within: {
    containers: { elements: container },
    volumes: { elements: { whole: true, within: { configMap: files, secret: files, csi: whole } } },
    imagePullSecrets: { elements: {} },
    securityContext: rights,
  },
};

/** By which our network policies know the gateway and the agents, whom they let in where workers may not go. */
const labels: Shape = { closed: none('strmprivacy.io/app') };
const template: Shape = { within: { metadata: { within: { labels } }, spec: pod } };
/** One that is paused goes on to run by an earlier spec. */
const workload: Shape = { within: { spec: { closed: none('paused'), within: { template } } } };

/**
 * Where a live Deployment or Job has been given something that is not ours to leave alone: what says which programs its pods run,
 * with which settings, files and rights. It is what our admission policy lets no agent write; so as long as one such
 * field is there, an agent could not even write a new spec beside it.
 */
export function findAdded(live: unknown, applied: unknown): readonly FieldPath[] {
  return added(live, applied, workload, []).flatMap((path) =>
    // The old name of the field brings it back.
    path.at(-1) === 'serviceAccountName' ? [path, [...path.slice(0, -1), 'serviceAccount']] : [path],
  );
}

function added(live: unknown, applied: unknown, shape: Shape, path: FieldPath): readonly FieldPath[] {
  if (shape.elements !== undefined) return addedToList(live, applied, shape.elements, path);
  return Object.entries(toFields(live)).flatMap(([field, value]) => {
    const at = [...path, field];
    const ours = valueAt(applied, field);
    const isOurs =
      ours === undefined && (shape.whole === true || (shape.closed !== undefined && field in shape.closed));
    if (isOurs) return isNothing(value) || value === shape.closed?.[field] ? [] : [at];
    const within = shape.within?.[field];
    return within === undefined ? [] : added(value, ours, within, at);
  });
}

function addedToList(live: unknown, applied: unknown, shape: Shape, path: FieldPath): readonly FieldPath[] {
  const key = keyOf(path.at(-1) ?? '') ?? '';
  const ours = new Map(toList(applied).map((element) => [valueAt(element, key), element]));
  return toList(live).flatMap((element) => {
    const name = valueAt(element, key);
    const at = [...path, `[${String(name)}]`];
    const mine = ours.get(name);
    // The API server takes a variable twice, and the last one counts.
    ours.delete(name);
    return mine === undefined ? [at] : added(element, mine, shape, at);
  });
}

const toFields = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});
const toList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Not so a zero: that is root, as a user. */
const isNothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  value === '' ||
  (typeof value === 'object' && Object.keys(value).length === 0);
