import { errorCode } from './error-fields.ts';

/** Why a worker does not get its work done, in a form that may leave the data plane. */
export interface Failure {
  /** Stable PascalCase code. */
  readonly reason: string;
  readonly message: string;
}

const ours = /^(?<reason>[A-Z][A-Za-z0-9]{0,62})Error$/;

/** Errors of the language and its parsers: what they say may quote what they were given. */
const foreign = new Set([
  'AggregateError',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'SystemError',
  'TypeError',
  'URIError',
]);

/**
 * What to report of an error. Our own classes are written for people and hold no value of an event; of all others only
 * the code of the system is passed on, the rest stands in the log.
 * @param otherwise the reason where it is no error of ours
 */
export function failureOf(error: unknown, otherwise = 'UnexpectedError'): Failure {
  const { name, message } = error instanceof Error ? error : { name: '', message: '' };
  const reason = foreign.has(name) ? undefined : ours.exec(name)?.groups?.['reason'];
  if (reason !== undefined) return { reason, message };
  const code = errorCode(error);
  const advice = 'see the log of this process';
  return { reason: otherwise, message: code === undefined ? advice : `${code}: ${advice}` };
}
