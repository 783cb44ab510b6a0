import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { eventually, scratchDir } from '@ccd/testkit';
import {
  describeWithServers,
  startAzurite,
  startPostgres,
  startS3,
  uniqueName,
  useServer,
} from '@ccd/testkit/servers';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createExporter, credentialsOf } from './testing/entities.ts';
import { readExports, startRig } from './testing/rig.ts';
import type { Rig } from './testing/rig.ts';
import { exampleContract, fetchToken, postEvent } from './testing/send-events.ts';

const count = 20;
const password = 'the password of a user';

describeWithServers(['azurite', 's3', 'postgres'], 'a system whose connectors lead to servers', () => {
  const scratch = scratchDir();
  const azurite = useServer(() => startAzurite());
  const s3 = useServer(() => startS3());
  const postgres = useServer(() => startPostgres({ password }));
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig(scratch, { allowedNetworks: '127.0.0.0/8' });
  });
  afterAll(() => rig.stop(), 60_000);

  const createAzure = (container: string, tenantId: string): Promise<string> => {
    const { endpoint, account, accountKey } = azurite();
    return rig.strm(
      ...['create', 'data-connector', 'azure-blob-storage', 'blobs', container],
      ...['--storage-account-uri', endpoint, '--tenant-id', tenantId],
      ...['--client-id', account, '--client-secret', accountKey],
    );
  };
  const createDatabase = (name: string, secret: string): Promise<string> => {
    const { port, user, database } = postgres();
    const properties = new URLSearchParams({ user, password: secret, sslmode: 'disable' }).toString();
    const uri = `jdbc:postgresql://127.0.0.1:${port}/${database}?${properties}`;
    return rig.strm('create', 'data-connector', 'jdbc', name, uri);
  };

  async function sendEvents(stream: string): Promise<void> {
    const { authUrl, eventsUrl } = rig.system;
    const token = await fetchToken({ authUrl, eventsUrl, ...(await credentialsOf(rig.strm, stream)) });
    for (let sent = 0; sent < count; sent += 1) {
      const event = {
        strmMeta: { eventContractRef: exampleContract, consentLevels: [] },
        ...{ uniqueIdentifier: 'a', consistentValue: 'b', someSensitiveValue: 'c' },
        notSensitiveValue: `event-${sent}`,
      };
      await eventually('a 204', async () => (await postEvent(eventsUrl, token, event)) === 204);
    }
  }

  it('exports every event to Azure and to S3', async () => {
    const { endpoint, account, accountKey } = azurite();
    const [container, bucket] = [uniqueName('container'), uniqueName('bucket')];
    const blobs = new BlobServiceClient(
      endpoint,
      new StorageSharedKeyCredential(account, accountKey),
    ).getContainerClient(container);
    await blobs.create();
    const objects = join(s3().folder, 'objects');
    // versitygw has a folder for each bucket.
    mkdirSync(join(objects, bucket));
    const credentials = join(scratch, 's3.json');
    const { endpoint: url, accessKeyId: accessKey, secretAccessKey: secretKey } = s3();
    await writeFile(credentials, JSON.stringify({ url, accessKey, secretKey, api: 's3v4', path: 'auto' }));

    await rig.strm('create', 'stream', 'source');
    await createAzure(container, 'account-key');
    await rig.strm('create', 'data-connector', 's3', 'objects', bucket, '--credentials-file', credentials);
    await createExporter(rig.strm, 'blobs', 'source', 'to-azure');
    await createExporter(rig.strm, 'objects', 'source', 'to-s3');
    await sendEvents('source');

    const inAzure = async (): Promise<readonly string[]> => {
      const texts: string[] = [];
      for await (const { name } of blobs.listBlobsFlat({ prefix: 'to-azure/' })) {
        texts.push((await blobs.getBlobClient(name).downloadToBuffer()).toString());
      }
      return texts;
    };
    const eventsIn = (texts: readonly string[]): readonly string[] =>
      texts.flatMap((text) =>
        [...text.matchAll(/"notSensitiveValue":"(event-\d+)"/g)].map(([, name = '']) => name),
      );
    const sent = Array.from({ length: count }, (_, at) => `event-${at}`).toSorted();
    const exported = { azure: [] as readonly string[], s3: [] as readonly string[] };
    await eventually(
      'both exports',
      async () => {
        exported.azure = eventsIn(await inAzure());
        exported.s3 = eventsIn(await readExports(objects, join(bucket, 'to-s3')));
        return exported.azure.length >= count && exported.s3.length >= count;
      },
      90_000,
      500,
    );
    expect([exported.azure.toSorted(), exported.s3.toSorted()]).toEqual([sent, sent]);
  }, 120_000);

  it('shows whether a database lets it in', async () => {
    await createDatabase('open-database', password);
    await createDatabase('closed-database', 'canary of a password');
    const stateOf = async (name: string): Promise<string> =>
      (await rig.strm('monitor', 'all')).split('\n').find((line) => line.includes(name)) ?? '';
    await eventually('the open one', async () => /HEALTHY/.test(await stateOf('open-database')), 30_000, 250);
    await eventually(
      'the other',
      async () => /UNHEALTHY/.test(await stateOf('closed-database')),
      30_000,
      250,
    );
    expect(await stateOf('open-database')).not.toContain('UNHEALTHY');
    expect(await stateOf('closed-database')).toContain('AccessDenied');
    expect(rig.log()).not.toMatch(/canary of|canary\+of/);
  });

  it('tells whoever makes a connector what is wrong with it', async () => {
    await expect(createAzure('container', 'no tenant')).rejects.toThrow(/tenant_id has to be a UUID/);
    await expect(
      rig.strm('create', 'data-connector', 'jdbc', 'database', 'jdbc:postgresql://h/d?user=u&sslcert=x'),
    ).rejects.toThrow(/property that is none of user, password/);
  });
});
