import { z } from 'zod';
import { InvalidLocationError, UnsupportedLocationError } from './errors.ts';
import type { StorageLocation } from './port.ts';

const filled = z.string().min(1);

const locationSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('s3'),
    bucket: filled,
    credentials: filled,
    assumeRoleArn: z.string().min(1).exactOptional(),
  }),
  z.object({ type: z.literal('gcs'), bucket: filled, credentials: filled }),
  z.object({
    type: z.literal('azure'),
    accountUri: filled,
    container: filled,
    tenantId: filled,
    clientId: filled,
    clientSecret: filled,
  }),
]);

const types = ['s3', 'gcs', 'azure'];

/**
 * Reads the JSON text of a location, as it stands in a connector's Secret under the key `location`.
 * @throws InvalidLocationError, which names fields and never their content; UnsupportedLocationError for another type
 */
export function parseStorageLocation(json: string): StorageLocation {
  const value = parseJson(json);
  const parsed = locationSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  if (typeof type === 'string' && /^[a-z0-9-]{1,40}$/.test(type) && !types.includes(type)) {
    throw new UnsupportedLocationError(type, 'it is none of the known types', types);
  }
  throw new InvalidLocationError(
    parsed.error.issues.map(({ path }) => path.join('.') || 'the whole document'),
  );
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // The parser's message quotes the text, which holds credentials.
    throw new InvalidLocationError([]);
  }
}

const documentSchema = z.object({ url: z.string() });

/**
 * Whether an S3-compatible location stands for the folder engine: its credentials document has the URL `file:///`.
 * The public protocol has no type for folders. The URL names no path: where the folder is, the data plane decides.
 */
export function isFolderLocation(location: StorageLocation): boolean {
  if (location.type !== 's3') return false;
  try {
    const { url } = documentSchema.parse(JSON.parse(location.credentials));
    return url === 'file:///';
  } catch {
    return false;
  }
}
