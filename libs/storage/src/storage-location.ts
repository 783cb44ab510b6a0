import { z } from 'zod';
import { parseAzureAccount } from './azure/azure-account.ts';
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

/** Where objects go, without what it takes to get there. Two locations of one destination reach the same bucket. */
export type Destination =
  | { readonly type: 'folder'; readonly bucket: string }
  /** Without an endpoint it is Amazon's own; endpoints are origins, `https://host:port`. */
  | { readonly type: 's3'; readonly bucket: string; readonly endpoint?: string }
  | { readonly type: 'gcs'; readonly bucket: string }
  /** An account is the URL of its blob service, without a slash at the end. */
  | { readonly type: 'azure'; readonly account: string; readonly container: string };

/**
 * The destination of a location.
 * @throws InvalidLocationError for an endpoint that is no URL, or credentials that are no document
 */
export function destinationOf(location: StorageLocation): Destination {
  switch (location.type) {
    case 's3': {
      const { bucket } = location;
      const url = endpointIn(location.credentials);
      if (url === folderUrl) return { type: 'folder', bucket };
      return url === undefined ? { type: 's3', bucket } : { type: 's3', bucket, endpoint: originOf(url) };
    }
    case 'gcs':
      return { type: 'gcs', bucket: location.bucket };
    case 'azure':
      return {
        type: 'azure',
        account: parseAzureAccount(location.accountUri).url,
        container: location.container,
      };
  }
}

/** The public protocol has no type for folders. The URL names no path: where the folder is, the data plane decides. */
const folderUrl = 'file:///';

const documentSchema = z.object({ url: z.string().exactOptional() });

/** The URL in a document of S3 credentials; Amazon's own form has none. @throws InvalidLocationError */
function endpointIn(credentials: string): string | undefined {
  const parsed = documentSchema.safeParse(parseJson(credentials));
  if (!parsed.success) throw new InvalidLocationError(['credentials']);
  return parsed.data.url;
}

function originOf(url: string): string {
  const origin = URL.parse(url)?.origin;
  if (origin === undefined || origin === 'null') throw new InvalidLocationError(['credentials']);
  return origin;
}

/** Whether an S3-compatible location stands for the folder engine: its credentials document has the URL `file:///`. */
export function isFolderLocation(location: StorageLocation): boolean {
  if (location.type !== 's3') return false;
  try {
    return endpointIn(location.credentials) === folderUrl;
  } catch (error) {
    if (error instanceof InvalidLocationError) return false;
    throw error;
  }
}
