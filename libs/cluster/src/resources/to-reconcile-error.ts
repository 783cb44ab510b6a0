import { TerminalError, TransientError } from '@ccd/reconcile';
import {
  ClusterUnavailableError,
  ConflictError,
  DeniedError,
  InvalidSpecError,
  NotKeptError,
  StillEndingError,
} from '../errors.ts';

/** Whoever puts right a quota, a Role or an admission rule does not have to wait for long, and is not asked all the time. */
const longestAfterDenialMs = 60_000;

/** What went wrong with an object, in the words of the reconcile core. What is not of the port stays as it is. */
export function toReconcileError(error: unknown): unknown {
  if (error instanceof InvalidSpecError)
    return new TerminalError(error.message, { reason: 'InvalidSpec', cause: error });
  if (error instanceof DeniedError)
    return new TransientError(error.message, {
      reason: error.reason,
      longestBackoffMs: longestAfterDenialMs,
      cause: error,
    });
  if (error instanceof ConflictError)
    return new TransientError(error.message, { reason: 'ChangedMeanwhile', cause: error });
  if (error instanceof NotKeptError)
    return new TransientError(error.message, { reason: 'NotKept', cause: error });
  if (error instanceof StillEndingError)
    return new TransientError(error.message, { reason: 'StillEnding', cause: error });
  if (error instanceof ClusterUnavailableError) {
    const { retryAfterMs } = error;
    return new TransientError(error.message, {
      reason: 'ClusterUnavailable',
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      cause: error,
    });
  }
  return error;
}
