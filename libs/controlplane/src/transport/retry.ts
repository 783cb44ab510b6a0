import { status } from '@grpc/grpc-js';

/**
 * Whether a call that ended with this status may be made again. Says nothing about when (`retryDelayMs`), and nothing
 * about UNAUTHENTICATED, which asks for a new token first.
 *
 * A status other than a plain refusal leaves open whether the server did the work, so that only idempotent calls repeat:
 *
 * - UNAVAILABLE: nobody is connected, or the connection broke at any moment.
 * - INTERNAL: also how a reset in the middle of a frame shows.
 * - UNKNOWN: what proxies make of a broken backend.
 * - CANCELLED: a server that shuts down cancels what it runs; our own cancellations never get here.
 * - DEADLINE_EXCEEDED: this attempt took too long; the next one may meet another server.
 * - RESOURCE_EXHAUSTED is final: it is as well how grpc-js reports an answer larger than we accept.
 */
export function isRetryable(code: status, idempotent: boolean): boolean {
  switch (code) {
    case status.UNAVAILABLE:
    case status.INTERNAL:
    case status.UNKNOWN:
    case status.CANCELLED:
    case status.ABORTED:
    case status.DATA_LOSS:
    case status.DEADLINE_EXCEEDED:
      return idempotent;
    case status.OK:
    case status.INVALID_ARGUMENT:
    case status.NOT_FOUND:
    case status.ALREADY_EXISTS:
    case status.PERMISSION_DENIED:
    case status.RESOURCE_EXHAUSTED:
    case status.FAILED_PRECONDITION:
    case status.OUT_OF_RANGE:
    case status.UNIMPLEMENTED:
    case status.UNAUTHENTICATED:
      return false;
  }
}

const shortestDelayMs = 200;
const longestDelayMs = 5_000;

/**
 * Milliseconds to wait after attempt number `attempt` (from 1): 200 ms doubling up to 5 s, of which the second half is
 * random, so that a fleet that lost its server does not come back in one step.
 *
 * @param random a number from 0 up to 1
 */
export function retryDelayMs(attempt: number, random: number): number {
  const longest = Math.min(shortestDelayMs * 2 ** Math.min(attempt - 1, 20), longestDelayMs);
  return longest * (0.5 + 0.5 * random);
}
