import { ApiError, NoAnswerError } from './api-error.ts';

const firstPauseMs = 100;
const longestPauseMs = 5_000;

/**
 * How long to wait before the next attempt, or undefined where another one would not help.
 * @param attempt 1 after the first failure
 * @param random from 0 to 1
 */
export function pauseAfter(error: unknown, attempt: number, random: number): number | undefined {
  const backoff = Math.min(firstPauseMs * 2 ** (attempt - 1), longestPauseMs) * (0.5 + random / 2);
  if (error instanceof NoAnswerError) return backoff;
  if (!(error instanceof ApiError)) return undefined;
  const { code, retryAfterMs = 0 } = error;
  // A token may have been replaced just now: once more with what is in its file.
  if (code === 401) return attempt === 1 ? 0 : undefined;
  const passes = code === 429 || code === 408 || (code >= 500 && code !== 501);
  return passes ? Math.max(backoff, retryAfterMs) : undefined;
}

/** Whether the request may have been carried out all the same. */
export const mayHaveBeenDone = (error: unknown): boolean =>
  error instanceof NoAnswerError || (error instanceof ApiError && error.code >= 500);
