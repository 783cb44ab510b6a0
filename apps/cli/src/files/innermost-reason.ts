import { errorCode } from './error-code.ts';

/** fetch says "fetch failed"; what failed stands at the end of its causes. */
export function innermostReason(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  if ('cause' in error && error.cause !== undefined) return innermostReason(error.cause);
  const message = 'message' in error && typeof error.message === 'string' ? error.message : '';
  return message || (errorCode(error) ?? 'unknown reason');
}
