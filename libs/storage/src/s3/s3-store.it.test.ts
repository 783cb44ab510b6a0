import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { CreateBucketCommand, ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeWithServers, startS3, uniqueName, useServer } from '@ccd/testkit/servers';
import { AccessDeniedError, ObjectExistsError, StorageUnavailableError } from '../errors.ts';
import type { ObjectStore } from '../port.ts';
import { describeObjectStoreContract } from '../testing/index.ts';
import { startSpoilingProxy } from '../testing/spoiling-proxy.ts';
import type { Asked, SpoilingProxy } from '../testing/spoiling-proxy.ts';
import { connectS3Store } from './connect-s3-store.ts';
import type { S3StoreOptions } from './connect-s3-store.ts';

const network = { allowedNetworks: [['127.0.0.0', 8, 'ipv4']] } as const;
const partBytes = 5 * 1_024 * 1_024;
const large = randomBytes(partBytes + 100_000);
const small = Buffer.from('small');

const requests: Readonly<
  Record<'put' | 'create' | 'part' | 'complete' | 'get', (request: Asked) => boolean>
> = {
  put: ({ method, path }) => method === 'PUT' && !path.includes('partNumber='),
  create: ({ method, path }) => method === 'POST' && /[?&]uploads/.test(path),
  part: ({ method, path }) => method === 'PUT' && path.includes('partNumber=1'),
  complete: ({ method, path }) => method === 'POST' && path.includes('uploadId='),
  get: ({ method, path }) => method === 'GET' && path.includes('x-id=GetObject'),
};

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describeWithServers('s3', 'S3', () => {
  const server = useServer(() => startS3());
  const clients: S3Client[] = [];

  const admin = (): S3Client => {
    const { endpoint, region, accessKeyId, secretAccessKey } = server();
    const client = new S3Client({
      ...{ endpoint, region, forcePathStyle: true },
      credentials: { accessKeyId, secretAccessKey },
    });
    clients.push(client);
    return client;
  };
  const emptyBucket = async (): Promise<string> => {
    const bucket = uniqueName('bucket');
    await admin().send(new CreateBucketCommand({ Bucket: bucket }));
    return bucket;
  };
  const open = (
    bucket: string,
    options: S3StoreOptions & { readonly endpoint?: string } = {},
  ): ObjectStore => {
    const { accessKeyId, secretAccessKey } = server();
    const { endpoint = server().endpoint, ...rest } = options;
    const credentials = JSON.stringify({ url: endpoint, accessKey: accessKeyId, secretKey: secretAccessKey });
    return connectS3Store({ type: 's3', bucket, credentials }, { network, partBytes, ...rest });
  };
  const openAmazon = (bucket: string, sts = 'http://127.0.0.1:1', assumeRoleArn?: string): ObjectStore => {
    const { endpoint, accessKeyId, secretAccessKey } = server();
    const user =
      assumeRoleArn === undefined ? [accessKeyId, secretAccessKey] : ['user', 'secret of the user'];
    const AccessKey = { AccessKeyId: user[0], SecretAccessKey: user[1] };
    const role = assumeRoleArn === undefined ? {} : { assumeRoleArn };
    return connectS3Store(
      { type: 's3', bucket, credentials: JSON.stringify({ AccessKey }), ...role },
      { network, partBytes, amazon: { s3: endpoint, sts } },
    );
  };
  const uploadsIn = async (bucket: string): Promise<number> => {
    const { Uploads = [] } = await admin().send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    return Uploads.length;
  };
  afterEach(() => {
    for (const client of clients.splice(0)) client.destroy();
  });

  describeObjectStoreContract('S3-compatible', async () => open(await emptyBucket()));
  describeObjectStoreContract('Amazon S3', async () => openAmazon(await emptyBucket()));

  it('publishes large objects in parts, under the condition too, and leaves no upload', async () => {
    const bucket = await emptyBucket();
    const store = openAmazon(bucket);
    await store.put('a', large, { ifAbsent: true });
    await expect(store.put('a', large, { ifAbsent: true })).resolves.toEqual({ size: large.length });
    await expect(store.put('a', randomBytes(large.length), { ifAbsent: true })).rejects.toThrow(
      ObjectExistsError,
    );
    expect((await collect(await store.get('a'))).equals(large)).toBe(true);
    await expect(uploadsIn(bucket)).resolves.toBe(0);
    await store.close();
  });

  it('ends the upload when the body fails after a part', async () => {
    const bucket = await emptyBucket();
    const store = open(bucket);
    async function* body() {
      yield large;
      yield large;
      throw new Error('source ended');
    }
    await expect(store.put('a', body())).rejects.toThrow('source ended');
    await expect(store.head('a')).resolves.toBeUndefined();
    await expect(uploadsIn(bucket)).resolves.toBe(0);
    await store.close();
  });

  it('acts in the role that it assumes', async () => {
    const { accessKeyId, secretAccessKey } = server();
    const asked: string[] = [];
    const sts = createServer((request, response) => {
      void collect(request).then((body) => {
        asked.push(body.toString());
        response.end(
          `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
          <AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey>
          <Expiration>2999-01-01T00:00:00Z</Expiration>
          </Credentials></AssumeRoleResult></AssumeRoleResponse>`,
        );
      });
    });
    await new Promise<void>((resolve) => sts.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(sts.address() as AddressInfo).port}`;
    const store = openAmazon(await emptyBucket(), url, 'arn:aws:iam::1:role/exports');
    try {
      await store.put('a', small);
      await expect(store.head('a')).resolves.toEqual({ key: 'a', size: 5 });
    } finally {
      await store.close();
      await new Promise((resolve) => sts.close(resolve));
    }
    expect(asked.map((body) => new URLSearchParams(body).get('RoleArn'))).toEqual([
      'arn:aws:iam::1:role/exports',
    ]);
  });

  it('says that wrong credentials and a missing bucket are for a person to mend, without the credentials', async () => {
    const canary = 'canary-of-a-secret';
    const { endpoint, accessKeyId } = server();
    const credentials = JSON.stringify({ url: endpoint, accessKey: accessKeyId, secretKey: canary });
    const store = connectS3Store({ type: 's3', bucket: await emptyBucket(), credentials }, { network });
    const error: unknown = await store.put('a', small).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AccessDeniedError);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(`${canary}|${accessKeyId}`);
    await store.close();
    const elsewhere = open(uniqueName('missing'));
    await expect(elsewhere.put('a', small)).rejects.toThrow(AccessDeniedError);
    await elsewhere.close();
  });

  describe('behind a network that fails', () => {
    let proxy: SpoilingProxy;
    let bucket: string;
    let store: ObjectStore;
    beforeEach(async () => {
      proxy = await startSpoilingProxy(server().endpoint);
      bucket = await emptyBucket();
      store = open(bucket, { endpoint: proxy.endpoint });
    });
    afterEach(async () => {
      await store.close();
      await proxy.stop();
    });

    it.each(
      (['unavailable', 'reset', 'lost'] as const).flatMap((how) =>
        (['put', 'create', 'part', 'complete'] as const).map((request) => ({ how, request })),
      ),
    )('publishes the whole object once: $how at $request', async ({ how, request }) => {
      const body = request === 'put' ? small : large;
      proxy.spoil(how, requests[request]);
      await expect(store.put('a', body, { ifAbsent: true })).resolves.toEqual({ size: body.length });
      expect((await collect(await store.get('a'))).equals(body)).toBe(true);
      await expect(uploadsIn(bucket)).resolves.toBe(0);
      expect(proxy.asked.filter(requests[request]).length).toBeGreaterThan(1);
    });

    it.each(['put', 'create', 'part', 'complete'] as const)(
      'publishes nothing and leaves nothing where %s never succeeds',
      async (request) => {
        proxy.spoil('unavailable', requests[request], 100);
        await expect(store.put('a', request === 'put' ? small : large)).rejects.toThrow(
          StorageUnavailableError,
        );
        await expect(store.head('a')).resolves.toBeUndefined();
        await expect(uploadsIn(bucket)).resolves.toBe(0);
        expect(proxy.asked.filter(requests[request])).toHaveLength(4);
      },
    );

    it('gives up on an answer that does not come, and asks again', async () => {
      const impatient = open(bucket, { endpoint: proxy.endpoint, attemptMs: 1_000 });
      proxy.spoil('hang', requests.put);
      await expect(impatient.put('a', small, { ifAbsent: true })).resolves.toEqual({ size: 5 });
      await impatient.close();
    });

    it('removes what an earlier attempt that died left of the same object', async () => {
      const forgetful = open(bucket, { endpoint: proxy.endpoint });
      proxy.spoil('unavailable', requests.part, 4);
      proxy.spoil('unavailable', ({ method }) => method === 'GET' || method === 'DELETE', 8);
      await expect(forgetful.put('a', large)).rejects.toThrow(StorageUnavailableError);
      await forgetful.close();
      await expect(uploadsIn(bucket)).resolves.toBe(1);
      await open(bucket).put('a', large);
      await expect(uploadsIn(bucket)).resolves.toBe(0);
    });

    it('passes off no part of an object as the object', async () => {
      await store.put('a', small);
      proxy.spoil('cut', requests.get);
      await expect(store.get('a').then(collect)).rejects.toThrow(StorageUnavailableError);
    });

    it('publishes where the store knows no conditions, and does not overwrite there either', async () => {
      proxy.spoil({ status: 501 }, requests.put);
      await store.put('a', small, { ifAbsent: true });
      await expect(store.put('a', Buffer.from('other'), { ifAbsent: true })).rejects.toThrow(
        ObjectExistsError,
      );
      expect((await collect(await store.get('a'))).equals(small)).toBe(true);
    });

    it('goes nowhere else when it is told to', async () => {
      proxy.spoil({ status: 307 }, requests.put, 4);
      await expect(store.put('a', small)).rejects.toThrow(StorageUnavailableError);
    });

    it('asks for permission to read where it cannot tell whose object stands there', async () => {
      await store.put('a', small);
      proxy.spoil({ status: 403 }, ({ method }) => method === 'GET' || method === 'HEAD', 10);
      await expect(store.put('a', small, { ifAbsent: true })).rejects.toThrow(AccessDeniedError);
    });
  });
});
