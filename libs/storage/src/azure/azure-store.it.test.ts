import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import {
  AccountSASPermissions,
  AccountSASResourceTypes,
  AccountSASServices,
  BlobServiceClient,
  StorageSharedKeyCredential,
  generateAccountSASQueryParameters,
} from '@azure/storage-blob';
import type { ContainerClient } from '@azure/storage-blob';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeWithServers, startAzurite, uniqueName, useServer } from '@ccd/testkit/servers';
import {
  AccessDeniedError,
  ObjectExistsError,
  ObjectKeyError,
  ObjectNotFoundError,
  StorageUnavailableError,
} from '../errors.ts';
import type { ObjectStore } from '../port.ts';
import { proveWriteAccess } from '../prove-write-access.ts';
import { describeObjectStoreContract } from '../testing/index.ts';
import { startSpoilingProxy } from '../testing/spoiling-proxy.ts';
import type { Asked, SpoilingProxy } from '../testing/spoiling-proxy.ts';
import type { AzureLocation } from './azure-account.ts';
import { connectAzureStore } from './connect-azure-store.ts';
import type { AzureStoreOptions } from './connect-azure-store.ts';

const network = { allowedNetworks: [['127.0.0.0', 8, 'ipv4']] } as const;
const partBytes = 256 * 1_024;
const large = randomBytes(2 * partBytes + 100_000);
const small = Buffer.from('small');

const requests: Readonly<Record<'put' | 'block' | 'commit' | 'get', (request: Asked) => boolean>> = {
  put: ({ method, path }) => method === 'PUT' && !path.includes('comp='),
  block: ({ path }) => path.includes('comp=block&'),
  commit: ({ path }) => path.includes('comp=blocklist'),
  get: ({ method, path }) => method === 'GET' && !path.includes('comp='),
};

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describeWithServers('azurite', 'Azure Blob Storage', () => {
  const server = useServer(() => startAzurite());

  /** Microsoft's own client, which sees what another would. */
  const others = (container: string): ContainerClient =>
    new BlobServiceClient(
      server().endpoint,
      new StorageSharedKeyCredential(server().account, server().accountKey),
      { retryOptions: { maxTries: 1 } },
    ).getContainerClient(container);
  const emptyContainer = async (): Promise<string> => {
    const container = uniqueName('container');
    await others(container).create();
    return container;
  };
  const locationOf = (container: string): AzureLocation => ({
    ...{ type: 'azure', container, accountUri: server().endpoint },
    ...{ tenantId: 'account-key', clientId: server().account, clientSecret: server().accountKey },
  });
  const open = (container: string, options: AzureStoreOptions & Partial<AzureLocation> = {}): ObjectStore => {
    const { accountUri, ...rest } = options;
    return connectAzureStore(
      { ...locationOf(container), ...(accountUri !== undefined && { accountUri }) },
      { network, partBytes, ...rest },
    );
  };
  const sasOf = (permissions = 'rwdlc'): string =>
    generateAccountSASQueryParameters(
      {
        expiresOn: new Date(Date.now() + 3_600_000),
        permissions: AccountSASPermissions.parse(permissions),
        resourceTypes: AccountSASResourceTypes.parse('co').toString(),
        services: AccountSASServices.parse('b').toString(),
      },
      new StorageSharedKeyCredential(server().account, server().accountKey),
    ).toString();
  const openBySas = (container: string, clientSecret: string): ObjectStore =>
    connectAzureStore(
      { ...locationOf(container), tenantId: 'sas', clientId: 'sas', clientSecret },
      { network, partBytes },
    );

  describeObjectStoreContract('Azure Blob Storage', async () => open(await emptyContainer()));
  describeObjectStoreContract('Azure Blob Storage, by a shared access signature', async () =>
    openBySas(await emptyContainer(), sasOf()),
  );

  it('publishes large objects in blocks, under the condition too, as others can read them', async () => {
    const container = await emptyContainer();
    const store = open(container);
    await store.put('a/b', large, { ifAbsent: true, contentType: 'application/jsonl' });
    await expect(store.put('a/b', large, { ifAbsent: true })).resolves.toEqual({ size: large.length });
    await expect(store.put('a/b', randomBytes(large.length), { ifAbsent: true })).rejects.toThrow(
      ObjectExistsError,
    );
    expect((await collect(await store.get('a/b'))).equals(large)).toBe(true);
    await store.close();
    const blob = others(container).getBlockBlobClient('a/b');
    expect((await blob.downloadToBuffer()).equals(large)).toBe(true);
    const { contentType, contentMD5 } = await blob.getProperties();
    expect(contentType).toBe('application/jsonl');
    expect(contentMD5).toHaveLength(16);
    const { committedBlocks = [] } = await blob.getBlockList('committed');
    expect(committedBlocks.map(({ size }) => size)).toEqual([partBytes, partBytes, 100_000]);
  });

  it('shows nothing of an upload that fails after a block, and leaves no more when it fails again', async () => {
    const container = await emptyContainer();
    const store = open(container);
    async function* body() {
      yield large;
      throw new Error('source ended');
    }
    await expect(store.put('a', body())).rejects.toThrow('source ended');
    await expect(store.head('a')).resolves.toBeUndefined();
    const blocksLeft = async () =>
      (await others(container).getBlockBlobClient('a').getBlockList('uncommitted')).uncommittedBlocks?.length;
    await expect(blocksLeft()).resolves.toBe(2);
    await expect(store.put('a', body())).rejects.toThrow('source ended');
    await expect(blocksLeft()).resolves.toBe(2);
    await store.put('a', small);
    expect((await collect(await store.get('a'))).equals(small)).toBe(true);
    await store.close();
  });

  it('mixes no two uploads of one key', async () => {
    const store = open(await emptyContainer());
    const bodies = Array.from({ length: 4 }, () => randomBytes(2 * partBytes + 1));
    await Promise.allSettled(bodies.map((body) => store.put('a', body)));
    const published = await collect(await store.get('a'));
    expect(bodies.filter((body) => body.equals(published))).toHaveLength(1);
    await store.close();
  });

  it('lists more than one page of answers', async () => {
    const container = await emptyContainer();
    const store = open(container);
    const keys = Array.from({ length: 1_100 }, (_, at) => `n/${String(at).padStart(4, '0')} & <x>`);
    for (let at = 0; at < keys.length; at += 50) {
      await Promise.all(keys.slice(at, at + 50).map((key) => store.put(key, small)));
    }
    const listed: string[] = [];
    for await (const { key } of store.list('n/')) listed.push(key);
    expect(listed).toEqual(keys);
    await store.close();
  });

  it('proves what credentials allow, and that a container is there', async () => {
    const container = await emptyContainer();
    const writeOnly = openBySas(container, sasOf('wc'));
    await proveWriteAccess(writeOnly, 'exports', 'uuid');
    await proveWriteAccess(writeOnly, 'exports', 'uuid');
    const readOnly = openBySas(container, sasOf('rl'));
    await expect(proveWriteAccess(readOnly, 'exports', 'uuid')).rejects.toThrow(AccessDeniedError);
    const elsewhere = open(uniqueName('missing'));
    await expect(proveWriteAccess(elsewhere, 'exports', 'uuid')).rejects.toThrow(/ContainerNotFound/);
    await Promise.all([writeOnly.close(), readOnly.close(), elsewhere.close()]);
  });

  it('refuses names that the service would change', async () => {
    const store = open(await emptyContainer());
    await expect(store.put('a./b', small)).rejects.toThrow(ObjectKeyError);
    await expect(store.head('a.')).rejects.toThrow(ObjectKeyError);
    await store.close();
  });

  it('says that a wrong key is for a person to mend, without the key', async () => {
    const canary = Buffer.from('canary of a key').toString('base64');
    const location = { ...locationOf(await emptyContainer()), clientSecret: canary };
    const store = connectAzureStore(location, { network });
    const error: unknown = await store.put('a', small).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AccessDeniedError);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(canary);
    await store.close();
  });

  describe('behind a network that fails', () => {
    let proxy: SpoilingProxy;
    let store: ObjectStore;
    beforeEach(async () => {
      proxy = await startSpoilingProxy(server().endpoint);
      const accountUri = `${proxy.endpoint}/${server().account}`;
      store = open(await emptyContainer(), { accountUri, attemptMs: 1_000 });
    });
    afterEach(async () => {
      await store.close();
      await proxy.stop();
    });

    it.each(
      (['unavailable', 'reset', 'lost', 'hang'] as const).flatMap((how) =>
        (['put', 'block', 'commit'] as const).map((request) => ({ how, request })),
      ),
    )('publishes the whole object once: $how at $request', async ({ how, request }) => {
      const body = request === 'put' ? small : large;
      proxy.spoil(how, requests[request]);
      await expect(store.put('a', body, { ifAbsent: true })).resolves.toEqual({ size: body.length });
      expect((await collect(await store.get('a'))).equals(body)).toBe(true);
      expect(proxy.asked.filter(requests[request]).length).toBeGreaterThan(1);
    });

    it.each(['put', 'block', 'commit'] as const)(
      'publishes nothing where %s never succeeds',
      async (request) => {
        proxy.spoil('unavailable', requests[request], 100);
        await expect(store.put('a', request === 'put' ? small : large)).rejects.toThrow(
          StorageUnavailableError,
        );
        await expect(store.head('a')).resolves.toBeUndefined();
        expect(proxy.asked.filter(requests[request])).toHaveLength(4);
      },
    );

    it('passes off no part of an object as the object', async () => {
      await store.put('a', small);
      proxy.spoil('cut', requests.get);
      await expect(store.get('a').then(collect)).rejects.toThrow(StorageUnavailableError);
    });

    it('knows that an object stands there also where it may create and not overwrite', async () => {
      await store.put('a', small);
      const refusal = { status: 403, headers: { 'x-ms-error-code': 'UnauthorizedBlobOverwrite' } };
      proxy.spoil(refusal, requests.put, 3);
      await store.put('a', small, { ifAbsent: true });
      await expect(store.put('a', Buffer.from('other'), { ifAbsent: true })).rejects.toThrow(
        ObjectExistsError,
      );
      await expect(store.put('a', small)).rejects.toThrow(AccessDeniedError);
    });

    it('takes a lease on the object for no object of its own', async () => {
      await store.put('a', small);
      const leased = { status: 412, headers: { 'x-ms-error-code': 'LeaseIdMissing' } };
      proxy.spoil(leased, requests.put);
      await expect(store.put('a', small, { ifAbsent: true })).rejects.toThrow(StorageUnavailableError);
    });

    it('notices that what comes is not what was stored', async () => {
      await store.put('a', small);
      const headers = { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' };
      proxy.spoil({ status: 200, headers }, requests.get);
      await expect(store.get('a').then(collect)).rejects.toThrow(/not what was stored/);
    });

    it('takes no folder of a hierarchical namespace for an object', async () => {
      const folder = { status: 200, headers: { 'x-ms-meta-hdi_isfolder': 'true' } };
      proxy.spoil(folder, ({ method }) => method === 'HEAD' || method === 'GET', 2);
      await expect(store.head('a')).resolves.toBeUndefined();
      await expect(store.get('a')).rejects.toThrow(ObjectNotFoundError);
    });

    it('says that an object which may not be changed is for a person to mend', async () => {
      const immutable = { status: 409, headers: { 'x-ms-error-code': 'BlobImmutableDueToPolicy' } };
      proxy.spoil(immutable, requests.put);
      await expect(store.put('a', small)).rejects.toThrow(/denied.*BlobImmutableDueToPolicy/);
    });

    it('goes nowhere else when it is told to', async () => {
      proxy.spoil({ status: 307 }, requests.put, 4);
      await expect(store.put('a', small)).rejects.toThrow(StorageUnavailableError);
    });
  });
});
