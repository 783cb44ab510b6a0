import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { loadOrMake } from './kept-file.ts';

const secretsSchema = z.object({
  /** Settings of `keyStoreSettings`, of the same names. */
  KEY_LOOKUP_SECRET: z.string(),
  KEY_ENCRYPTION_KEYS: z.string(),
});

export type DataPlaneSecrets = z.infer<typeof secretsSchema>;

const newKey = (): string => randomBytes(32).toString('base64');

/** The secrets of this data plane, made once: without them, what is stored cannot be opened any more. */
export const loadSecrets = (dataDir: string): Promise<DataPlaneSecrets> =>
  loadOrMake(join(dataDir, 'keys.json'), secretsSchema, () => ({
    KEY_LOOKUP_SECRET: newKey(),
    KEY_ENCRYPTION_KEYS: `first:${newKey()}`,
  }));
