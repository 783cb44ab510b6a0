import { isIP } from 'node:net';
import type { Clock } from '@ccd/reconcile';
import { sideBySide } from '../../side-by-side.ts';
import type { AskReady } from './ask-ready.ts';
import { readReady } from './own-words.ts';
import type { OwnWords } from './own-words.ts';
import type { Pod } from './pod-schema.ts';

export interface PodReasonsOptions {
  readonly clock: Clock;
  readonly ask: AskReady;
  readonly port: number;
}

/** Why pods that run are not ready, in their own words, by the uid of the pod. */
export type PodReasons = (pods: readonly Pod[]) => Promise<ReadonlyMap<string, OwnWords>>;

const mostAtOnce = 16;
/** For all pods together: a status may be without its reason, and not late. */
const budgetMs = 1_000;
const unreachableMs = 60_000;

/**
 * Asks the pods themselves. A worker has no token to write its reason anywhere, and the kubelet keeps what a probe is answered to
 * itself. Where the network does not let us, a pod is asked once a minute.
 */
export function createPodReasons({ clock, ask, port }: PodReasonsOptions): PodReasons {
  const unreachable = new Map<string, number>();

  const askOne = async (pod: Pod, signal: AbortSignal): Promise<readonly [string, OwnWords] | undefined> => {
    const { uid } = pod.metadata;
    try {
      const text = await ask({ host: pod.status.podIP, port }, signal);
      const words = text === undefined ? undefined : readReady(text);
      return words && [uid, words];
    } catch (error) {
      // One that refuses is reached: it has not come to listen yet.
      if (!isRefusal(error)) unreachable.set(uid, clock.monotonic() + unreachableMs);
      return undefined;
    }
  };

  return async (pods) => {
    const now = clock.monotonic();
    for (const [uid, until] of unreachable) if (until <= now) unreachable.delete(uid);
    const asked = pods.filter((pod) => isWaiting(pod) && !unreachable.has(pod.metadata.uid));
    if (asked.length === 0) return new Map();
    const over = new AbortController();
    const done = new AbortController();
    clock.sleep(budgetMs, done.signal).then(
      () => {
        over.abort(new Error('the time for asking pods is over'));
      },
      () => {},
    );
    try {
      const answers = await sideBySide(asked, mostAtOnce, async (pod) =>
        over.signal.aborted ? undefined : askOne(pod, over.signal),
      );
      return new Map(answers.filter((answer) => answer !== undefined));
    } finally {
      done.abort();
    }
  };
}

const isRefusal = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ECONNREFUSED';

/** It runs, can be reached, and is not ready. */
const isWaiting = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined &&
  isIP(status.podIP) !== 0 &&
  status.containerStatuses.some(({ state }) => state.running !== undefined) &&
  !status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');
