import type { Clock } from '@ccd/reconcile';
import { mayHaveBeenDone, pauseAfter } from './retry.ts';
import type { ApiRequest, Transport } from './transport.ts';

export interface ApiClientOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Asked before each attempt to write, when it can be sent at once. */
  readonly mayWrite: () => boolean;
  /** For one call with all of its attempts. */
  readonly deadlineMs: number;
  /** Aborts when the connection is closed: what nobody waits for any more is neither waited for nor tried again then. */
  readonly closing?: AbortSignal;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/**
 * Requests that are tried again while that can help, within a deadline. Not so a creation that may have been carried out:
 * "exists already" would be the answer then, and nobody could tell whose the object is.
 */
export interface ApiClient {
  /** @throws ApiError, NoAnswerError, ClusterUnavailableError where we may not write now */
  ask(request: ApiRequest): Promise<unknown>;
}

export function createApiClient(options: ApiClientOptions): ApiClient {
  const { transport, clock, mayWrite, deadlineMs, closing, random = Math.random } = options;
  return {
    async ask(asked) {
      const signal = asked.signal ?? closing;
      const request = {
        ...asked,
        ...(signal && { signal }),
        ...(asked.method !== 'GET' && { mayBegin: mayWrite }),
      };
      const end = clock.monotonic() + deadlineMs;
      for (let attempt = 1; ; attempt += 1) {
        const left = end - clock.monotonic();
        try {
          return await transport.ask({ ...request, timeoutMs: Math.min(request.timeoutMs ?? 10_000, left) });
        } catch (error) {
          const pause =
            asked.method === 'POST' && mayHaveBeenDone(error)
              ? undefined
              : pauseAfter(error, attempt, random());
          if (pause === undefined || clock.monotonic() + pause >= end) throw error;
          await clock.sleep(pause, signal);
        }
      }
    },
  };
}
