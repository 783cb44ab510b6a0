import { progressDeadlineSeconds } from '../template/workload-manifest.ts';
import { keyOf, valueAt } from './find-difference.ts';
import type { FieldPath } from './find-difference.ts';

/** What of an object, or of each element of a list, is ours also where we write nothing. */
interface Shape {
  /** These fields; a value is what the API server writes where we write nothing. */
  readonly closed?: Readonly<Record<string, unknown>>;
  /** Every field but those of `closed`. */
  readonly whole?: true;
  /** All of this holds only where we write any of it, or have. */
  readonly ifWritten?: true;
  /** These numbers where they are larger. */
  readonly most?: Readonly<Record<string, number>>;
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
/** With two ways to ask it is no probe. */
const probe: Shape = { closed: none('exec', 'tcpSocket', 'grpc'), within: { httpGet: whole } };

/** Our policy names the fields that a container may have; so whatever a version of Kubernetes adds to them is ours as well. */
const container: Shape = {
  whole: true,
  closed: { terminationMessagePath: '/dev/termination-log' },
  within: {
    env: { elements: whole },
    resources: { whole: true, within: { limits: whole, requests: whole } },
    volumeMounts: { elements: whole },
    securityContext: rights,
    livenessProbe: probe,
    readinessProbe: probe,
  },
};

const volume: Shape = {
  whole: true,
  within: {
    configMap: files,
    secret: files,
    csi: { whole: true, within: { volumeAttributes: whole, nodePublishSecretRef: whole } },
    emptyDir: whole,
    persistentVolumeClaim: whole,
  },
};

/**
 * Where a pod runs is somebody's business as long as the template says nothing of it. What both say would be mixed, which our
 * policy takes for neither.
 */
const nodes: Shape = { whole: true, ifWritten: true };
const neighbours: Shape = {
  ...nodes,
  within: { nodeAffinity: whole, podAffinity: whole, podAntiAffinity: whole },
};

const pod: Shape = {
  closed: {
    ...none('initContainers', 'hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostAliases'),
    ...none('serviceAccountName', 'nodeName', 'runtimeClassName', 'priorityClassName', 'resourceClaims'),
    ...none('dnsConfig', 'hostname', 'subdomain', 'setHostnameAsFQDN', 'resources'),
    // One of them without the other may be no pod at all.
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
  },
  within: {
    containers: { elements: container },
    volumes: { elements: volume },
    imagePullSecrets: { elements: {} },
    securityContext: rights,
    nodeSelector: nodes,
    affinity: neighbours,
    // Of another one most of what we write is invalid.
    os: { closed: { name: 'linux' } },
  },
};

/** By which our network policies know the gateway and the agents, whom they let in where workers may not go. */
const labels: Shape = { closed: none('strmprivacy.io/app') };
const template: Shape = { within: { metadata: { within: { labels } }, spec: pod } };
/** One that is paused goes on to run by an earlier spec; and ours is invalid beside the settings of another strategy. */
const workload: Shape = {
  within: {
    spec: {
      closed: none('paused'),
      // Beside a longer one our deadline is invalid.
      most: { minReadySeconds: progressDeadlineSeconds - 1 },
      within: { template, strategy: whole },
    },
  },
};

/**
 * Where a live Deployment or Job has been given something that is not ours to leave alone: what says which programs its pods run,
 * with which settings, files, room and rights. It is what our admission policy lets no agent write; so as long as one such
 * field is there, an agent could not even write a new spec beside it. A test of the charts holds this list against the policy's.
 * @param hasWritten whether anything of a field counts as written by us: it is ours until the next write, which may lack it
 */
export function findAdded(
  live: unknown,
  applied: unknown,
  hasWritten: HasWritten = () => false,
): readonly FieldPath[] {
  return added({ live, applied, path: [] }, workload, hasWritten).flatMap((path) =>
    // The old name of the field brings it back.
    path.at(-1) === 'serviceAccountName' ? [path, [...path.slice(0, -1), 'serviceAccount']] : [path],
  );
}

type HasWritten = (path: FieldPath) => boolean;

interface Place {
  readonly live: unknown;
  readonly applied: unknown;
  readonly path: FieldPath;
}

function added(place: Place, shape: Shape, hasWritten: HasWritten): readonly FieldPath[] {
  const { live, applied, path } = place;
  if (shape.ifWritten === true && Object.keys(toFields(applied)).length === 0 && !hasWritten(path)) return [];
  if (shape.elements !== undefined) return addedToList(place, shape.elements, hasWritten);
  return Object.entries(toFields(live)).flatMap(([field, value]) => {
    const at = [...path, field];
    const ours = valueAt(applied, field);
    const isOurs =
      ours === undefined && (shape.whole === true || (shape.closed !== undefined && field in shape.closed));
    if (isOurs) return isNothing(value) || value === shape.closed?.[field] ? [] : [at];
    const most = shape.most?.[field];
    if (most !== undefined) return typeof value === 'number' && value > most ? [at] : [];
    const within = shape.within?.[field];
    return within === undefined ? [] : added({ live: value, applied: ours, path: at }, within, hasWritten);
  });
}

function addedToList(
  { live, applied, path }: Place,
  shape: Shape,
  hasWritten: HasWritten,
): readonly FieldPath[] {
  const key = keyOf(path.at(-1) ?? '') ?? '';
  const ours = new Map(toList(applied).map((element) => [valueAt(element, key), element]));
  return toList(live).flatMap((element) => {
    const name = valueAt(element, key);
    const at = [...path, `[${String(name)}]`];
    const mine = ours.get(name);
    // The API server takes a variable twice, and the last one counts.
    ours.delete(name);
    return mine === undefined ? [at] : added({ live: element, applied: mine, path: at }, shape, hasWritten);
  });
}

const toFields = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});
const toList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/**
 * Not so what is empty: the API server leaves it out where it says the same as nothing, and where it shows it our policy may
 * refuse it. Nor so a zero, which is root, as a user.
 */
const isNothing = (value: unknown): boolean => value === undefined || value === null || value === false;
