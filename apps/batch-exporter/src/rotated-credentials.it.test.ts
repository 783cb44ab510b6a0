import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import type { ExporterTask } from '@ccd/dataplane';
import { connectEmbeddedLog, startEmbeddedEngine } from '@ccd/eventlog';
import { systemClock } from '@ccd/reconcile';
import { createSilentLogger, loadConfig } from '@ccd/service';
import { eventually, scratchDir } from '@ccd/testkit';
import { describeWithServers, startAzurite, startS3, uniqueName, useServer } from '@ccd/testkit/servers';
import { afterEach, expect, it } from '@jest/globals';
import { configSchema } from './config.ts';
import { startBatchExporter } from './start-batch-exporter.ts';

const dir = scratchDir();
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Runs an exporter whose credentials are wrong at first, and then right; says why it did not export, both times. */
async function rotate(locations: {
  readonly wrong: object;
  readonly right: object;
}): Promise<readonly [before: readonly string[], after: readonly string[]]> {
  const folder = join(dir, uniqueName('exporter'));
  const at = (...names: string[]) => join(folder, ...names);
  const writeLocation = (location: object): void => {
    writeFileSync(at('secrets', 'connector', 'location'), JSON.stringify(location));
  };
  const task: ExporterTask = {
    ...{ exporterId: '1', topic: 'keys-1', content: 'keys', streamId: '1', intervalMs: 60_000 },
    ...{ pathPrefix: 'p', startAt: 'earliest', connectorSecret: 'connector' },
  };
  mkdirSync(at('config'), { recursive: true });
  mkdirSync(at('secrets', 'connector'), { recursive: true });
  writeFileSync(at('config', 'task.json'), JSON.stringify(task));
  writeLocation(locations.wrong);
  const socketPath = at('s', 'engine');
  const engine = await startEmbeddedEngine({ dataDir: at('engine'), socketPath, clock: systemClock });
  closers.push(() => engine.close());
  const log = await connectEmbeddedLog({ socketPath, clock: systemClock });
  await log.admin.createTopic({ name: task.topic, partitions: 1, config: { cleanup: 'delete' } });
  await log.close();
  const config = loadConfig(configSchema, {
    ...{ CONFIG_DIR: at('config'), SECRETS_DIR: at('secrets'), CACHE_DIR: at('cache') },
    ...{ STORAGE_ALLOWED_NETWORKS: '127.0.0.0/8', EVENTLOG_SOCKET: socketPath },
    ...{ STRM_API_HOST: 'localhost', STRM_API_TLS: 'false', STRM_AUTH_URL: 'http://localhost' },
    ...{ STRM_AUTH_CLIENT_ID: 'ins-1', STRM_AUTH_CLIENT_SECRET: 'hush' },
    STRM_INSTALLATION_ID: '8f14e45f-ceea-467f-a0a6-3b9ac9f5a001',
    KEY_LOOKUP_SECRET: randomBytes(32).toString('base64'),
    KEY_ENCRYPTION_KEYS: `first:${randomBytes(32).toString('base64')}`,
  });
  const service = await startBatchExporter(config, { clock: systemClock, logger: createSilentLogger() });
  closers.push(() => service.stop('the test is over'));
  const reasons = () => service.ready().reasons.map(({ reason }) => reason);

  const before = await eventually('access is denied', () => {
    const found = reasons();
    return found.some((reason) => reason.startsWith('AccessDenied')) ? found : undefined;
  });
  writeLocation(locations.right);
  await eventually('the export runs', () => reasons().length === 0);
  return [before, reasons()];
}

describeWithServers('s3', 'an exporter to S3 whose credentials are rotated', () => {
  const server = useServer(() => startS3());

  it('stands still while access is denied, and goes on with new credentials without a restart', async () => {
    const { endpoint, accessKeyId, secretAccessKey, folder } = server();
    const bucket = uniqueName('bucket');
    // versitygw has a folder for each bucket.
    mkdirSync(join(folder, 'objects', bucket));
    const locationWith = (secretKey: string) => ({
      ...{ type: 's3', bucket },
      credentials: JSON.stringify({ url: endpoint, accessKey: accessKeyId, secretKey }),
    });
    const run = rotate({
      wrong: locationWith(secretAccessKey.toUpperCase()),
      right: locationWith(secretAccessKey),
    });
    await expect(run).resolves.toEqual([[expect.stringMatching(/^AccessDenied/)], []]);
  });
});

describeWithServers('azurite', 'an exporter to Azure whose credentials are rotated', () => {
  const server = useServer(() => startAzurite());

  it('stands still while Azure denies access, and goes on with another key without a restart', async () => {
    const { endpoint: accountUri, account, accountKey } = server();
    const container = uniqueName('container');
    const credential = new StorageSharedKeyCredential(account, accountKey);
    await new BlobServiceClient(accountUri, credential).getContainerClient(container).create();
    const locationWith = (clientSecret: string) => ({
      ...{ type: 'azure', accountUri, container, tenantId: 'account-key', clientId: account, clientSecret },
    });
    const run = rotate({
      wrong: locationWith(randomBytes(64).toString('base64')),
      right: locationWith(accountKey),
    });
    await expect(run).resolves.toEqual([[expect.stringMatching(/^AccessDenied/)], []]);
  });
});
