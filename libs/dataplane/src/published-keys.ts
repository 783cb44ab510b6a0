import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';
import type { KeySetSource } from './stream-tokens.ts';

const keySetSchema = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });

/** The issuer answered, but not with a key set. */
export class InvalidKeySetError extends Error {
  override readonly name = 'InvalidKeySetError';
  readonly url: string;

  constructor(url: string) {
    super(`${url} did not answer with a JSON Web Key Set`);
    this.url = url;
  }
}

/**
 * The key set that a realm publishes, kept in `cacheFile` for starts without the issuer.
 * @param url `<issuer>/protocol/openid-connect/certs`
 */
export function createPublishedKeys({ url, cacheFile }: { url: string; cacheFile: string }): KeySetSource {
  return {
    async fetch(signal) {
      const response = await fetch(url, { signal, redirect: 'error' });
      const parsed = keySetSchema.safeParse(await response.json().catch(() => undefined));
      if (!response.ok || !parsed.success) throw new InvalidKeySetError(url);
      return parsed.data satisfies JSONWebKeySet;
    },
    async loadCached() {
      try {
        const parsed = keySetSchema.safeParse(JSON.parse(await readFile(cacheFile, 'utf8')));
        return parsed.success ? parsed.data : undefined;
      } catch {
        // No cache, or half a one from a crash: both mean asking the issuer.
        return undefined;
      }
    },
    async saveCached(keys) {
      await mkdir(dirname(cacheFile), { recursive: true });
      const temporary = `${cacheFile}.${process.pid}`;
      const file = await open(temporary, 'w', 0o600);
      try {
        await file.writeFile(JSON.stringify(keys));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, cacheFile);
    },
  };
}
