import { existsSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import {
  createTestCertificates,
  describeWithServers,
  startAzurite,
  uniqueName,
  useServer,
} from '../index.ts';
import type { AzuriteServer } from '../index.ts';

function clientOf({ endpoint, account, accountKey }: AzuriteServer, ca?: string): BlobServiceClient {
  return new BlobServiceClient(endpoint, new StorageSharedKeyCredential(account, accountKey), {
    retryOptions: { maxTries: 1 },
    ...(ca !== undefined && { tlsOptions: { ca } }),
  });
}

describeWithServers('azurite', 'startAzurite', () => {
  const server = useServer(() => startAzurite());

  it('keeps blobs through a restart', async () => {
    const container = clientOf(server()).getContainerClient(uniqueName('container'));
    await container.create();
    await container.getBlockBlobClient('folder/blob').upload('text', 4);
    await server().restart();
    await expect(container.getBlobClient('folder/blob').downloadToBuffer()).resolves.toEqual(
      Buffer.from('text'),
    );
  });

  it('answers nothing while it is paused', async () => {
    await server().pause();
    await expect(clientOf(server()).getProperties({ abortSignal: AbortSignal.timeout(100) })).rejects.toThrow(
      'abort',
    );
    await server().resume();
    await expect(clientOf(server()).getProperties()).resolves.toMatchObject({ _response: { status: 200 } });
  });
});

describeWithServers('azurite', 'startAzurite, with TLS', () => {
  it('speaks HTTPS, and is gone with its folder when it is stopped', async () => {
    const { ca, server: its, strangeCa } = await createTestCertificates();
    const server = await startAzurite({ tls: { ca, server: its } });
    try {
      await expect(clientOf(server, ca).getProperties()).resolves.toMatchObject({
        _response: { status: 200 },
      });
      await expect(clientOf(server, strangeCa).getProperties()).rejects.toThrow('certificate');
    } finally {
      await server.stop();
    }
    expect(existsSync(server.folder)).toBe(false);
  });
});
