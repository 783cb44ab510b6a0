import { isObject } from './plain-schema.ts';

/** JSON with a space after each comma and colon, which web-socket clients know from Java's Avro. */
export function printSpaced(json: unknown): string {
  if (Array.isArray(json)) return `[${json.map(printSpaced).join(', ')}]`;
  if (!isObject(json)) return JSON.stringify(json);
  const entries = Object.entries(json).map(([key, value]) => `${JSON.stringify(key)}: ${printSpaced(value)}`);
  return `{${entries.join(', ')}}`;
}
