import { errorFields } from './error-fields.ts';

const withheld = '[redacted]';
const deepest = 6;
const longestText = 4_000;
const longestList = 100;

/** A name says that it holds a secret by its last word: `clientSecret` does, `secretName` does not. */
const secretName =
  /(?:^|[-_.]|(?<=[a-z0-9])(?=[A-Z]))(?:authorization|cookie|password|passwd|passphrase|secrets?|credentials?|tokens?|jwt|keysets?)$/i;
const keyName =
  /^keys?$|(?:access|api|data|encryption|master|private|secret|session|tink|wrapping)[-_]?keys?$/i;

/**
 * A copy of log fields without what must not be logged: texts and bytes under names of secrets and keys at any depth.
 * Bounded in depth and length; errors become their fields.
 */
export function redact(fields: object): Record<string, unknown> {
  return redactObject(fields, 0, false);
}

function redactObject(value: object, depth: number, hidden: boolean): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      redactValue(each, depth + 1, hidden || secretName.test(name), keyName.test(name)),
    ]),
  );
}

/** Below the name of a secret every text is hidden; `key` alone may as well name a resource by kind and id. */
function redactValue(value: unknown, depth: number, hidden: boolean, hiddenHere: boolean): unknown {
  if (typeof value === 'string') return hidden || hiddenHere ? withheld : shorten(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof Date) return value.toJSON();
  if (value instanceof Error || 'stack' in value) return errorFields(value);
  if (depth > deepest) return '[deeper]';
  if (Array.isArray(value)) {
    return value.slice(0, longestList).map((each) => redactValue(each, depth + 1, hidden, hiddenHere));
  }
  return redactObject(value, depth, hidden);
}

const shorten = (text: string): string =>
  text.length > longestText ? `${text.slice(0, longestText)}… (${text.length} characters)` : text;
