import { z } from 'zod';

/** Why a worker does not get its work done, as it says itself. */
export interface OwnWords {
  /** Stable PascalCase code. */
  readonly reason: string;
  readonly message: string;
}

const longestMessage = 1_000;
const reason = z.string().regex(/^[A-Z][A-Za-z0-9]{1,62}$/);
const wordsSchema = z.object({ reason, message: z.string() });
const readySchema = z.object({ reasons: z.array(z.object({ reason: z.string() })) });

/**
 * Of a `/ready` that answers no: the first reason that has a code, `KeyMissing: what to do about it`. `createWorkerStatus` of
 * `@ccd/dataplane` says it so; the two packages don't know each other.
 */
export function readReady(text: string): OwnWords | undefined {
  const answer = readySchema.safeParse(toJson(text)).data;
  return answer?.reasons.map((each) => split(each.reason)).find((words) => words !== undefined);
}

/** Of a process that has ended: what it left in its termination message, `notifyFailing` of `@ccd/service`. */
export const readLastWords = (text: string): OwnWords | undefined => toWords(toJson(text));

function split(text: string): OwnWords | undefined {
  const at = text.indexOf(': ');
  return at < 0 ? undefined : toWords({ reason: text.slice(0, at), message: text.slice(at + 2) });
}

function toWords(given: unknown): OwnWords | undefined {
  const words = wordsSchema.safeParse(given).data;
  return words && { ...words, message: words.message.replace(/\s+/g, ' ').slice(0, longestMessage) };
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
