import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StorageUnavailableError } from '../errors.ts';
import { createS3Driver } from './s3-driver.ts';

const page = `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><IsTruncated>true</IsTruncated>
  <Contents><Key>a</Key><Size>1</Size></Contents></ListBucketResult>`;

describe(createS3Driver, () => {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/xml' }).end(page);
  });
  beforeEach(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  it('takes no list for whole that the store cut off', async () => {
    const { port } = server.address() as AddressInfo;
    const client = new S3Client({
      ...{ endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', forcePathStyle: true },
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
    const driver = createS3Driver({
      ...{ bucket: 'bucket', isAmazon: false, partBytes: 1_024, client: async () => client },
      close() {},
    });
    const listed: string[] = [];
    const listing = (async () => {
      for await (const { key } of driver.list('')) listed.push(key);
    })();
    await expect(listing).rejects.toThrow(StorageUnavailableError);
    expect(listed).toEqual(['a']);
    client.destroy();
  });
});
