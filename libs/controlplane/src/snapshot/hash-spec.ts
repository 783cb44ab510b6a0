import { createHash, createHmac, hkdfSync } from 'node:crypto';

/** Hashes what a resource should be; equal for equal specifications, on every machine and in every version. */
export type HashSpec = (spec: unknown) => string;

/** SHA-256 of the canonical JSON, in hex. */
export const hashSpec: HashSpec = (spec) => createHash('sha256').update(canonicalJson(spec)).digest('hex');

/**
 * HMAC-SHA-256 of the canonical JSON under a key derived from `secret`, in hex: it may stand in the open, and whoever
 * reads it cannot try out credentials against it.
 */
export function createKeyedHash(secret: string): HashSpec {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'ccd data connector hashes', 32));
  return (spec) => createHmac('sha256', key).update(canonicalJson(spec)).digest('hex');
}

/**
 * JSON with the keys of every object in code-unit order. Maps are written as sorted entries and bigints as text;
 * undefined members are left out.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(toCanonical(value));
}

function toCanonical(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(toCanonical);
  if (value instanceof Map) return toSortedEntries([...value]);
  return Object.fromEntries(toSortedEntries(Object.entries(value)));
}

function toSortedEntries(entries: readonly (readonly [unknown, unknown])[]): [string, unknown][] {
  return entries
    .map(([key, value]): [string, unknown] => [String(key), toCanonical(value)])
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
