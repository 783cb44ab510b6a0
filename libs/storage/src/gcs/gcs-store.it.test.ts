import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { describeWithServers, startGcs, uniqueName, useServer } from '@ccd/testkit/servers';
import { AccessDeniedError, ObjectExistsError, StorageUnavailableError } from '../errors.ts';
import type { ObjectStore } from '../port.ts';
import { describeObjectStoreContract } from '../testing/index.ts';
import { startSpoilingProxy } from '../testing/spoiling-proxy.ts';
import type { Asked, SpoilingProxy } from '../testing/spoiling-proxy.ts';
import { startTokenServer } from '../testing/token-server.ts';
import type { TokenServer } from '../testing/token-server.ts';
import { connectGcsStore } from './connect-gcs-store.ts';

const network = { allowedNetworks: [['127.0.0.0', 8, 'ipv4']] } as const;
const partBytes = 256 * 1_024;
const large = randomBytes(2 * partBytes + 100_000);
const small = Buffer.from('small');

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
const credentials = JSON.stringify({
  ...{ type: 'service_account', client_email: 'exports@project.iam.gserviceaccount.com', private_key: pem },
});

const requests: Readonly<Record<'put' | 'get', (request: Asked) => boolean>> = {
  put: ({ path }) => path.includes('uploadType=multipart'),
  get: ({ method, path }) => method === 'GET' && path.includes('alt=media'),
};

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describeWithServers('gcs', 'Google Cloud Storage', () => {
  const server = useServer(() => startGcs());
  let tokens: TokenServer;
  beforeAll(async () => {
    tokens = await startTokenServer('token');
  });
  afterAll(() => tokens.stop());

  const emptyBucket = async (): Promise<string> => {
    const name = uniqueName('bucket');
    const answer = await fetch(`${server().endpoint}/storage/v1/b?project=test`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
    });
    expect(answer.status).toBe(200);
    return name;
  };
  const open = (bucket: string, api = server().endpoint): ObjectStore =>
    connectGcsStore(
      { type: 'gcs', bucket, credentials },
      { network, partBytes, google: { api, token: `${tokens.url}/token` } },
    );

  describeObjectStoreContract('Google Cloud Storage', async () => open(await emptyBucket()));

  it('asks for one token, with what the service account signed', async () => {
    const store = open(await emptyBucket());
    const before = tokens.asked.length;
    await Promise.all([store.put('a', small), store.put('b', small)]);
    await store.close();
    expect(tokens.asked.slice(before).map(({ form }) => form.get('grant_type'))).toEqual([
      'urn:ietf:params:oauth:grant-type:jwt-bearer',
    ]);
  });

  it('publishes large objects in parts, under the condition too', async () => {
    const store = open(await emptyBucket());
    await store.put('a', large, { ifAbsent: true });
    await expect(store.put('a', large, { ifAbsent: true })).resolves.toEqual({ size: large.length });
    await expect(store.put('a', randomBytes(large.length), { ifAbsent: true })).rejects.toThrow(
      ObjectExistsError,
    );
    expect((await collect(await store.get('a'))).equals(large)).toBe(true);
    await store.close();
  });

  it('says that refused accounts and a missing bucket are for a person to mend, without the key', async () => {
    tokens.answer(400);
    const denied = open(await emptyBucket());
    const error: unknown = await denied.put('a', small).catch((reason: unknown) => reason);
    tokens.answer(200);
    expect(error).toBeInstanceOf(AccessDeniedError);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('PRIVATE KEY');
    const elsewhere = open(uniqueName('missing'));
    await expect(elsewhere.put('a', small)).rejects.toThrow(AccessDeniedError);
    await Promise.all([denied.close(), elsewhere.close()]);
  });

  describe('behind a network that fails', () => {
    let proxy: SpoilingProxy;
    let store: ObjectStore;
    beforeEach(async () => {
      proxy = await startSpoilingProxy(server().endpoint);
      store = open(await emptyBucket(), proxy.endpoint);
    });
    afterEach(async () => {
      await store.close();
      await proxy.stop();
    });

    it.each(['unavailable', 'reset', 'lost'] as const)('publishes the whole object once: %s', async (how) => {
      proxy.spoil(how, requests.put);
      await expect(store.put('a', small, { ifAbsent: true })).resolves.toEqual({ size: small.length });
      expect((await collect(await store.get('a'))).equals(small)).toBe(true);
      expect(proxy.asked.filter(requests.put).length).toBeGreaterThan(1);
    });

    it('publishes nothing where the upload never succeeds', async () => {
      proxy.spoil('unavailable', requests.put, 100);
      await expect(store.put('a', small)).rejects.toThrow(StorageUnavailableError);
      await expect(store.head('a')).resolves.toBeUndefined();
    });

    it('passes off no part of an object as the object', async () => {
      await store.put('a', small);
      proxy.spoil('cut', requests.get);
      await expect(store.get('a').then(collect)).rejects.toThrow(StorageUnavailableError);
    });
  });
});
