import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { needlesFor, watchSecret } from '@ccd/testkit';
import type { Needle } from '@ccd/testkit';
import { z } from 'zod';

/** Values that a test plants. All share one mark, so that one search finds each of them. */
export interface Canaries {
  readonly mark: string;
  readonly of: (kind: string) => string;
  /** The kinds of the planted values that stand in the bytes as they are. */
  kindsIn(bytes: Buffer): readonly string[];
}

export function createCanaries(): Canaries {
  const mark = watchSecret('canary', randomBytes(8).toString('hex'));
  return {
    mark,
    of: (kind) => `canary-${kind}-${mark}`,
    kindsIn: (bytes) => [
      ...new Set(
        [...bytes.toString('latin1').matchAll(new RegExp(`canary-(\\w+)-${mark}`, 'g'))].map(
          ([, kind = '']) => kind,
        ),
      ),
    ],
  };
}

const client = z.object({ clientSecret: z.string() });
const installationSchema = z.object({ installation: client, admin: client });
const keysSchema = z.object({ KEY_ENCRYPTION_KEYS: z.string(), KEY_LOOKUP_SECRET: z.string() });
const keysetSchema = z.object({ key: z.tuple([z.object({ keyData: z.object({ value: z.string() }) })]) });

/** The secrets that the system has made for itself, from the files that may hold them. */
export async function ownSecrets(dataDir: string): Promise<readonly Needle[]> {
  const read = async (name: string): Promise<unknown> =>
    JSON.parse(await readFile(join(dataDir, name), 'utf8'));
  const { installation, admin } = installationSchema.parse(await read('installation.json'));
  const { KEY_ENCRYPTION_KEYS: keks, KEY_LOOKUP_SECRET: lookup } = keysSchema.parse(await read('keys.json'));
  return [
    ...needlesFor('secret of the installation', installation.clientSecret),
    ...needlesFor('secret of the administrator', admin.clientSecret),
    ...needlesFor('key encryption key', Buffer.from(keks.split(':')[1] ?? '', 'base64')),
    ...needlesFor('look-up secret', Buffer.from(lookup, 'base64')),
  ];
}

/** The key material of an exported keyset: what its protobuf holds. */
export function keyMaterial(keyset: string): readonly Needle[] {
  const [{ keyData }] = keysetSchema.parse(JSON.parse(keyset)).key;
  return needlesFor('session key', Buffer.from(keyData.value, 'base64').subarray(2));
}
