import { z } from 'zod';
import { InvalidLocationError } from '../errors.ts';

/** A database with the credentials to get there, as it stands in a connector's Secret. Never logged. */
export interface DatabaseLocation {
  readonly type: 'jdbc';
  readonly uri: string;
  /** What the user took it for; the scheme of the URI says what it is. */
  readonly databaseType: string;
  /** The document of a service account, for BigQuery. */
  readonly privateKey?: string;
}

const filled = z.string().min(1);
const locationSchema = z.object({
  type: z.literal('jdbc'),
  uri: filled,
  databaseType: filled,
  privateKey: filled.exactOptional(),
});

/**
 * Reads the JSON text of a location; undefined where it is one of an object store.
 * @throws InvalidLocationError, which names fields and never their content
 */
export function parseDatabaseLocation(json: string): DatabaseLocation | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    // The parser's message quotes the text, which holds credentials.
    throw new InvalidLocationError([]);
  }
  if (typeof value !== 'object' || value === null || !('type' in value) || value.type !== 'jdbc') {
    return undefined;
  }
  const parsed = locationSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidLocationError(parsed.error.issues.map(({ path }) => path.join('.')));
}
