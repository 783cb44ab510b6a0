import type { WorkloadStatus } from '../../port.ts';
import { failing, inShort } from './failing.ts';
import { readLastWords } from './own-words.ts';
import type { OwnWords } from './own-words.ts';
import type { ContainerStatus, Pod } from './pod-schema.ts';

/** For so long a pod may get ready before that counts as a failure. */
const patienceMs = 120_000;

/** Why pods are not ready by their own words, by uid. */
export type Said = ReadonlyMap<string, OwnWords>;

/**
 * How a workload fares by its newest pod that is not ending.
 * @param now wall time, by which the pod's own times are measured
 */
export function toPodsStatus(pods: readonly Pod[], now: number, said: Said = new Map()): WorkloadStatus {
  const newest = newestOf(pods);
  return newest === undefined
    ? { state: 'starting' }
    : toPodStatus(newest, now, said.get(newest.metadata.uid));
}

/** The one that is not ending and was made last. */
export const newestOf = (pods: readonly Pod[]): Pod | undefined =>
  pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .toSorted((one, other) => (one.metadata.creationTimestamp < other.metadata.creationTimestamp ? 1 : -1))
    .at(0);

export function toPodStatus(pod: Pod, now: number, words?: OwnWords): WorkloadStatus {
  const { status, metadata } = pod;
  const restarts = status.containerStatuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
  const condition = (type: string) => status.conditions.find((each) => each.type === type);
  const is = (type: string) => condition(type)?.status === 'True';
  if (is('Ready')) return { state: 'running' };

  if (status.reason === 'Evicted')
    return failing(
      'Evicted',
      'the node had no room left for the pod: give it requests, or larger nodes',
      restarts,
    );
  const scheduled = condition('PodScheduled');
  if (scheduled?.status === 'False')
    return failing(
      'Unschedulable',
      `no node takes the pod (${inShort(scheduled.message)}): look at requests, tolerations, affinity and nodes`,
      restarts,
    );
  if (words) return failing(words.reason, words.message, restarts);
  for (const container of status.containerStatuses) {
    const failure = failureOf(container);
    if (failure) return failing(failure.reason, failure.message, restarts);
  }
  if (status.phase === 'Failed')
    return failing('PodFailed', 'the pod has ended: look at its events and its log', restarts);

  const since = Date.parse(condition('Ready')?.lastTransitionTime ?? metadata.creationTimestamp);
  if (now - since < patienceMs) return { state: 'starting' };
  return status.containerStatuses.some(({ state }) => state.running !== undefined)
    ? failing('NotReady', 'it runs and says that it is not ready: its log and its /ready say why', restarts)
    : failing(
        'NotStarting',
        'its containers do not start: look at the events of the pod, for a Secret or a volume that is missing',
        restarts,
      );
}

function failureOf({ image, state, lastState }: ContainerStatus): OwnWords | undefined {
  if (state.terminated !== undefined) return endOf(state.terminated, 'Crashed');
  if (state.running !== undefined) return lastState.terminated && endOf(lastState.terminated, 'Crashed');
  const { reason, message } = state.waiting ?? { reason: '', message: '' };
  switch (reason) {
    case 'CrashLoopBackOff':
      return lastState.terminated
        ? endOf(lastState.terminated, reason)
        : { reason, message: 'the process ends again and again: see its log' };
    // The two take turns; a state that flickers helps nobody.
    case 'ErrImagePull':
    case 'ImagePullBackOff':
      return {
        reason: 'ImagePullBackOff',
        message: `the image ${inShort(image)} cannot be pulled: look at its name, the registry and the pull secrets`,
      };
    case 'InvalidImageName':
    case 'ErrImageNeverPull':
      return { reason, message: `the image ${inShort(image)} is not usable: correct it in the pod template` };
    case 'CreateContainerConfigError':
      return configFault(message);
    case 'CreateContainerError':
    case 'RunContainerError':
      return { reason, message: 'the node cannot run the container: look at the events of the pod' };
    default:
      return undefined;
  }
}

function endOf(
  { exitCode, signal, reason, message }: NonNullable<ContainerStatus['state']['terminated']>,
  otherwise: string,
): OwnWords | undefined {
  if (reason === 'OOMKilled')
    return { reason, message: 'it needed more memory than its limit: raise the limit in the pod template' };
  // An end in order is how a pod is stopped.
  if (exitCode === 0 && otherwise !== 'CrashLoopBackOff') return undefined;
  const words = readLastWords(message);
  if (words !== undefined) return words;
  const how = signal === undefined ? `exit code ${exitCode}` : `signal ${signal}`;
  return { reason: otherwise, message: `the process ended (${how}): see its log` };
}

function configFault(message: string): OwnWords {
  const missing = /(secret|configmap) "([a-z0-9.-]{1,253})" not found/.exec(message);
  if (missing?.[1] === 'secret')
    return { reason: 'SecretNotFound', message: `the secret ${missing[2] ?? ''} does not exist (yet)` };
  if (missing)
    return { reason: 'ConfigMapNotFound', message: `the ConfigMap ${missing[2] ?? ''} does not exist` };
  return {
    reason: 'CreateContainerConfigError',
    message: `the container's settings are not usable (${inShort(message)})`,
  };
}
