import { EventParseError } from './errors.ts';

/** Numbers of fewer digits are exact; to keep longer ones costs a call for each value, so that only then it is done. */
const mayBeRounded = /\d{16}/;

/**
 * Parses JSON with whole numbers beyond 2^53 as bigint instead of rounded.
 * @throws EventParseError
 */
export function parseExactJson(text: string): unknown {
  try {
    return mayBeRounded.test(text) ? JSON.parse(text, keepWhole) : JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may hold personal data.
    throw new EventParseError('', 'is not JSON');
  }
}

function keepWhole(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? '';
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}
