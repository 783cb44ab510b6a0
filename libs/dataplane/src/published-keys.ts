import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';
import { createJsonFile } from './json-file.ts';
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
  const cache = createJsonFile<JSONWebKeySet>(cacheFile, keySetSchema);
  return {
    async fetch(signal) {
      const response = await fetch(url, { signal, redirect: 'error' });
      const parsed = keySetSchema.safeParse(await response.json().catch(() => undefined));
      if (!response.ok || !parsed.success) throw new InvalidKeySetError(url);
      return parsed.data;
    },
    loadCached: () => cache.load(),
    saveCached: (keys) => cache.save(keys),
  };
}
