import { z } from 'zod';
import { InvalidLocationError } from '../errors.ts';

/** How to sign, and where to: without an endpoint it is Amazon. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of a store that is compatible, `https://host:port`. */
  readonly endpoint?: string;
  readonly pathStyle: boolean;
}

const filled = z.string().min(1);

/** What `aws iam create-access-key` prints. */
const amazonForm = z.object({ AccessKey: z.object({ AccessKeyId: filled, SecretAccessKey: filled }) });

/** An alias in the configuration of MinIO's client `mc`. */
const compatibleForm = z.object({
  url: filled,
  accessKey: filled,
  secretKey: filled,
  path: z.enum(['auto', 'on', 'off']).default('auto'),
});

/**
 * Reads the document of an S3 connector, in Amazon's form or that of S3-compatible stores.
 * @throws InvalidLocationError, which names fields and never their content
 */
export function parseS3Credentials(document: string): S3Credentials {
  const value = parseJson(document);
  const isCompatible = typeof value === 'object' && value !== null && 'url' in value;
  if (!isCompatible) {
    const { AccessKey } = checked(amazonForm, value);
    return {
      accessKeyId: AccessKey.AccessKeyId,
      secretAccessKey: AccessKey.SecretAccessKey,
      pathStyle: false,
    };
  }
  const { url, accessKey, secretKey, path } = checked(compatibleForm, value);
  const parsed = URL.parse(url);
  if (parsed?.protocol !== 'https:' && parsed?.protocol !== 'http:') throw wrong('url');
  if (parsed.username !== '' || parsed.password !== '' || parsed.pathname !== '/' || parsed.search !== '') {
    throw wrong('url');
  }
  return {
    accessKeyId: accessKey,
    secretAccessKey: secretKey,
    endpoint: parsed.origin,
    pathStyle: path !== 'off',
  };
}

const wrong = (...fields: readonly string[]): InvalidLocationError =>
  new InvalidLocationError(fields.map((field) => (field === '' ? 'credentials' : `credentials.${field}`)));

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw wrong(...parsed.error.issues.map(({ path }) => path.join('.')));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text.
    throw wrong('');
  }
}
