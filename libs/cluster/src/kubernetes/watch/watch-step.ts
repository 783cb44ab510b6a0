import { z } from 'zod';
import { isAheadOfServer } from '../client/api-error.ts';

/** How a watch goes on: from which version, and how it has fared. */
export interface WatchState {
  /** Undefined: from now on, whatever that is. */
  readonly resourceVersion?: string;
  /** Attempts in a row that brought nothing: whether the server still knows the version is to be asked then. */
  readonly failures: number;
}

export type WatchEnd =
  /** The server closed it, as it does after a while, or it was cut off. */
  | { readonly how: 'closed' }
  /** No sign of life for longer than the server may be silent. */
  | { readonly how: 'stalled' }
  /** The version is too old to go on from, or lies ahead of a server that was restored to an earlier moment. */
  | { readonly how: 'expired' }
  | { readonly how: 'failed'; readonly retryAfterMs?: number };

export interface WatchStep {
  readonly state: WatchState;
  /** Whether something may have been missed: only a list can tell. */
  readonly hint: boolean;
  readonly pauseMs: number;
}

const shortestPauseMs = 500;
const longestPauseMs = 30_000;

/**
 * What follows the end of a watch. One that lived is begun again where it ended; all others after a pause that grows, so
 * that a server which ends each at once is not asked in a hot loop.
 * @param lived it has brought something
 * @param random from 0 to 1
 */
export function afterWatch(state: WatchState, end: WatchEnd, lived: boolean, random: number): WatchStep {
  const failures = lived ? 0 : state.failures + 1;
  const backoff =
    Math.min(shortestPauseMs * 2 ** Math.min(failures, 10), longestPauseMs) * (0.5 + random / 2);
  const pauseMs = lived ? shortestPauseMs * random : backoff;
  switch (end.how) {
    case 'closed':
      return { state: { ...state, failures }, hint: false, pauseMs };
    case 'stalled':
    case 'expired':
      return { state: { failures }, hint: true, pauseMs };
    case 'failed':
      return {
        state: { ...state, failures },
        hint: failures === 1,
        pauseMs: Math.max(pauseMs, end.retryAfterMs ?? 0),
      };
  }
}

const eventSchema = z.object({
  type: z.string(),
  object: z.object({
    code: z.number().default(0),
    details: z
      .object({ causes: z.array(z.object({ reason: z.string().default('') })).default([]) })
      .default({ causes: [] }),
    metadata: z.object({ resourceVersion: z.string().exactOptional() }).default({}),
  }),
});

export type WatchEvent =
  | { readonly is: 'change' | 'bookmark'; readonly resourceVersion: string }
  | { readonly is: 'expired' }
  | { readonly is: 'error' };

/** One line of a watch; what cannot be read is an error, and never a change. */
export function readWatchEvent(line: string): WatchEvent {
  const event = eventSchema.safeParse(toJson(line));
  if (!event.success) return { is: 'error' };
  const { type, object } = event.data;
  const { resourceVersion } = object.metadata;
  if (type === 'ERROR')
    return { is: isUnknownVersion(object.code, object.details.causes) ? 'expired' : 'error' };
  if (resourceVersion === undefined) return { is: 'error' };
  if (type === 'BOOKMARK') return { is: 'bookmark', resourceVersion };
  return type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED'
    ? { is: 'change', resourceVersion }
    : { is: 'error' };
}

/** Whether the server cannot go on from the version: it has forgotten it, or has not come to it. */
export const isUnknownVersion = (code: number, causes: readonly { readonly reason: string }[]): boolean =>
  code === 410 || isAheadOfServer(code, causes);

/**
 * Whether a version is not from before another one of the same kind of object. Versions that are no numbers tell nothing, so
 * the answer is no.
 */
export function isAsNewAs(version: string, other: string): boolean {
  const numbers = [version, other].every((each) => /^\d{1,40}$/.test(each));
  return numbers && BigInt(version) >= BigInt(other);
}

function toJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
