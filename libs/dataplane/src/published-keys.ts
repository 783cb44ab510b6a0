import { requestText } from '@ccd/controlplane';
import type { RequestTextOptions } from '@ccd/controlplane';
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

export interface PublishedKeysOptions extends Pick<RequestTextOptions, 'ca' | 'proxy'> {
  /** `<issuer>/protocol/openid-connect/certs` */
  readonly url: string;
  /** Where they are kept for starts without the issuer. */
  readonly cacheFile: string;
}

/** The key set that a realm publishes. */
export function createPublishedKeys({ url, cacheFile, ca, proxy }: PublishedKeysOptions): KeySetSource {
  const cache = createJsonFile<JSONWebKeySet>(cacheFile, keySetSchema);
  return {
    async fetch(signal) {
      const { status, body } = await requestText(url, { signal, ca, proxy });
      const parsed = keySetSchema.safeParse(parseJson(body));
      if (status !== 200 || !parsed.success) throw new InvalidKeySetError(url);
      return parsed.data;
    },
    loadCached: () => cache.load(),
    saveCached: (keys) => cache.save(keys),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
