import { existsSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { createTestCertificates, describeWithServers, startS3, uniqueName, useServer } from '../index.ts';
import type { S3Server } from '../index.ts';

function clientOf(
  { endpoint, region, accessKeyId, secretAccessKey }: S3Server,
  agent: { readonly ca?: string; readonly requestTimeout?: number } = {},
): S3Client {
  return new S3Client({
    ...{ endpoint, region, forcePathStyle: true, maxAttempts: 1 },
    credentials: { accessKeyId, secretAccessKey },
    requestHandler: new NodeHttpHandler({
      ...(agent.ca === undefined ? {} : { httpsAgent: { ca: agent.ca } }),
      ...(agent.requestTimeout === undefined
        ? {}
        : { requestTimeout: agent.requestTimeout, throwOnRequestTimeout: true }),
    }),
  });
}

describeWithServers('s3', 'startS3', () => {
  const server = useServer(() => startS3());

  it('keeps objects through a kill, and does not overwrite where that is asked of it', async () => {
    const client = clientOf(server());
    const [Bucket, Key] = [uniqueName('bucket'), 'folder/object'];
    await client.send(new CreateBucketCommand({ Bucket }));
    await client.send(new PutObjectCommand({ Bucket, Key, Body: 'text' }));
    await server().kill();
    await server().restart();
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    await expect(Body?.transformToString()).resolves.toBe('text');
    await expect(
      client.send(new PutObjectCommand({ Bucket, Key, Body: 'other', IfNoneMatch: '*' })),
    ).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
  });

  it('answers nothing while it is paused', async () => {
    const Bucket = uniqueName('bucket');
    await server().pause();
    await expect(
      clientOf(server(), { requestTimeout: 100 }).send(new CreateBucketCommand({ Bucket })),
    ).rejects.toThrow('requestTimeout');
    await server().resume();
    await expect(
      clientOf(server()).send(new CreateBucketCommand({ Bucket: uniqueName('bucket') })),
    ).resolves.toMatchObject({ $metadata: { httpStatusCode: 200 } });
  });
});

describeWithServers('s3', 'startS3, with TLS', () => {
  it('speaks HTTPS, and is gone with its folder when it is stopped', async () => {
    const { ca, server: its, strangeCa } = await createTestCertificates();
    const server = await startS3({ tls: { ca, server: its } });
    const create = (trusted: string): Promise<unknown> =>
      clientOf(server, { ca: trusted }).send(new CreateBucketCommand({ Bucket: uniqueName('bucket') }));
    try {
      await expect(create(ca)).resolves.toMatchObject({ $metadata: { httpStatusCode: 200 } });
      await expect(create(strangeCa)).rejects.toThrow('certificate');
    } finally {
      await server.stop();
    }
    expect(existsSync(server.folder)).toBe(false);
  });
});
