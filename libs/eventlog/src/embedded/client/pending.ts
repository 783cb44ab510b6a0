import type { Clock } from '@ccd/reconcile';
import { LogUnavailableError } from '../../errors.ts';
import { writeWindow } from '../wire/requests.ts';

/** A request that waits for its answer. */
export interface PendingRequest {
  readonly id: number;
  readonly frame: Buffer;
  /** Set on writes: their place in the client's order. */
  readonly sequence: number | undefined;
  /** Monotonic time at which it is given up; absent: never. */
  readonly deadline: number | undefined;
  /** Lost with the session, rather than sent again. */
  readonly bound: boolean;
  resolve(result: unknown, payload: Buffer): void;
  reject(error: Error): void;
}

/** Unanswered bytes beyond which a further write waits its turn, unless it is alone. */
const bytesInFlight = 32 * 1024 * 1024;

/** The requests in flight, oldest first, and whether the window of writes has room for another. */
export function createPendingRequests(clock: Clock, onGivenUp: () => void) {
  const requests = new Map<number, PendingRequest>();
  let bytes = 0;
  let watching: AbortController | undefined;

  function take(id: number): PendingRequest | undefined {
    const request = requests.get(id);
    if (!request) return undefined;
    requests.delete(id);
    bytes -= request.frame.length;
    if (requests.size === 0) watching?.abort();
    return request;
  }

  function nextDeadline(): number | undefined {
    for (const { deadline } of requests.values()) if (deadline !== undefined) return deadline;
    return undefined;
  }

  function rejectOverdue(): void {
    for (const { id, deadline } of requests.values()) {
      if (deadline === undefined || deadline > clock.monotonic()) continue;
      take(id)?.reject(new LogUnavailableError('no answer within the deadline'));
    }
    onGivenUp();
  }

  /** One watcher for all: requests have the same patience, so that the oldest is due first. */
  async function watch(stop: AbortController): Promise<void> {
    try {
      for (let due = nextDeadline(); due !== undefined; due = nextDeadline()) {
        await clock.sleep(Math.max(1, due - clock.monotonic()), stop.signal);
        rejectOverdue();
      }
    } catch {
      // Nothing is left to watch.
    } finally {
      if (watching === stop) watching = undefined;
    }
  }

  return {
    add(request: PendingRequest): void {
      requests.set(request.id, request);
      bytes += request.frame.length;
      if (request.deadline === undefined || watching) return;
      watching = new AbortController();
      void watch(watching);
    },
    take,
    /** Oldest first. */
    all: (): PendingRequest[] => [...requests.values()],
    hasRoomFor(sequence: number): boolean {
      for (const { sequence: oldest } of requests.values()) {
        if (oldest !== undefined) return oldest > sequence - writeWindow && bytes < bytesInFlight;
      }
      return true;
    },
  };
}

export type PendingRequests = ReturnType<typeof createPendingRequests>;
