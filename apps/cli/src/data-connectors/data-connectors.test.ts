import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { scratchDir } from '@ccd/testkit';
import { dataConnectors as wire, entities } from '@ccd/protocol';
import { createRig } from '../testing/rig.ts';
import type { Rig } from '../testing/rig.ts';
import { demoProject } from '../testing/scripted-server.ts';

const scratch = scratchDir();
const service = wire.DataConnectorsServiceService;
const projectId = demoProject.id;

describe('data connectors', () => {
  let rig: Rig;
  let credentials: string;
  const amazon = '{"AccessKey": {"AccessKeyId": "AK"}}\n';
  const created = (): unknown => rig.server.requests('DataConnectorsService/CreateDataConnector')[0];

  beforeEach(async () => {
    rig = await createRig(scratch);
    credentials = join(rig.folder, 'key.json');
    writeFileSync(credentials, amazon);
    rig.server.on(service.createDataConnector, ({ dataConnector }) => ({ dataConnector }));
  });
  afterEach(() => {
    rig.server.close();
  });

  const connector = (location: entities.DataConnector['location']) => ({
    dataConnector: entities.DataConnector.create({ ref: { name: 'mine', projectId }, location }),
  });
  const create = (...argv: string[]) => rig.run('create', 'data-connector', ...argv);

  it('lead to buckets of S3, with the credentials as the file has them', async () => {
    expect(await create('s3', 'mine', 'events', '--credentials-file', credentials)).toEqual({
      code: 0,
      err: '',
      out: 'NAME  TYPE              TARGET NAME\nmine  Amazon S3 Bucket  events\n',
    });
    expect(created()).toEqual(
      connector({
        $case: 's3Bucket',
        value: { bucketName: 'events', credentials: amazon, assumeRoleArn: '' },
      }),
    );
  });

  it.each(['{"secret"', '"secret"', '["secret"]', ''])(
    'are not made with a file of credentials that holds no JSON object: %j',
    async (content) => {
      writeFileSync(credentials, content);
      for (const kind of ['s3', 'gcs']) {
        expect(await create(kind, 'mine', 'events', '--credentials-file', credentials)).toEqual({
          code: 1,
          err: `${credentials} does not hold a JSON object\n`,
          out: '',
        });
      }
      expect(created()).toBeUndefined();
    },
  );

  it('take on a role of AWS', async () => {
    await create('s3', 'mine', 'events', '--credentials-file', credentials, '--assume-role-arn', 'arn:1');
    expect(created()).toMatchObject({ dataConnector: { location: { value: { assumeRoleArn: 'arn:1' } } } });
  });

  it('lead to buckets of Google', async () => {
    const { out } = await create('gcs', 'mine', 'events', '--credentials-file', credentials, '-o', 'plain');
    expect(out).toBe('mine\n');
    expect(created()).toEqual(
      connector({
        $case: 'googleCloudStorageBucket',
        value: { bucketName: 'events', credentials: amazon },
      }),
    );
  });

  it('lead to containers of Azure', async () => {
    const account = 'https://acme.blob.core.windows.net';
    const client = ['--tenant-id', 't', '--client-id', 'c', '--client-secret', 's'];
    await create('azure-blob-storage', 'mine', 'events', '--storage-account-uri', account, ...client);
    expect(created()).toEqual(
      connector({
        $case: 'azureBlobStorageContainer',
        value: {
          storageAccountUri: account,
          containerName: 'events',
          clientSecretCredential: { tenantId: 't', clientId: 'c', clientSecret: 's' },
        },
      }),
    );
  });

  it.each([
    ['jdbc:postgresql://host/db?user=u', entities.DatabaseType.POSTGRES, 'POSTGRES'],
    ['jdbc:mysql://host/db', entities.DatabaseType.MYSQL, 'MYSQL'],
  ])('lead to databases, whose kind follows from the URI: %s', async (jdbcUri, databaseType, shown) => {
    expect((await create('jdbc', 'mine', jdbcUri)).out).toContain(`JDBC Database  ${shown}\n`);
    expect(created()).toEqual(
      connector({ $case: 'jdbcLocation', value: { jdbcUri, databaseType, privateKey: '' } }),
    );
  });

  it.each(['OAuthPvtKeyPath', 'ServiceAccountPrivateKey'])(
    'send the key file of BigQuery along: %s',
    async (key) => {
      const jdbcUri = `jdbc:bigquery://host;${key}=${credentials};Timeout=10`;
      await create('jdbc', 'mine', jdbcUri);
      expect(created()).toMatchObject({
        dataConnector: { location: { value: { jdbcUri, privateKey: amazon } } },
      });
    },
  );

  it('are refused without what they need, and no password is repeated', async () => {
    expect((await create('s3', 'mine', 'events')).err).toBe('--credentials-file is required\n');
    expect((await create('s3', 'mine', 'events', '--credentials-file', '/none')).err).toBe(
      '/none cannot be read (ENOENT)\n',
    );
    expect((await create('jdbc', 'mine', 'jdbc:oracle://host?password=hush')).err).toBe(
      'no known database in "jdbc:oracle:"; it can be postgres, bigquery or mysql\n',
    );
    expect(created()).toBeUndefined();
  });

  it('are listed, recursively with the number of what depends on them', async () => {
    rig.server.on(service.listDataConnectors, () => ({
      dataConnectors: [
        entities.DataConnector.create({
          ref: { name: 'mine', projectId },
          location: { $case: 's3Bucket', value: { bucketName: 'events' } },
          dependentEntities: { batchExporters: [{}, {}], batchJobs: [{}], microAggregationBatchJobs: [{}] },
        }),
      ],
    }));
    expect((await rig.run('list', 'data-connectors', '--recursive')).out).toBe(
      [
        'NAME  TYPE              TARGET NAME  # BATCH EXPORTERS  # BATCH JOBS',
        'mine  Amazon S3 Bucket  events       2                  2',
        '',
      ].join('\n'),
    );
    expect(rig.server.requests('DataConnectorsService/ListDataConnectors')).toMatchObject([
      { recursive: true, includeCredentials: false },
    ]);
  });

  it('are deleted, and it is said what went with them', async () => {
    rig.server.on(service.deleteDataConnector, () => ({}));
    expect((await rig.run('delete', 'data-connector', 'mine', 'other')).out).toBe(
      'Data Connector has been deleted\nData Connector has been deleted\n',
    );
    expect((await rig.run('delete', 'data-connector', 'mine', '-r')).out).toBe(
      'Data Connector and dependent entities have been deleted\n',
    );
    expect((await rig.run('delete', 'data-connector', 'mine', '-o', 'json')).out).toBe('{}\n');
  });
});
