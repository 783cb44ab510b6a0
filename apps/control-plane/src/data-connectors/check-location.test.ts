import { entities } from '@ccd/protocol';
import { describe, expect, it } from '@jest/globals';
import { StatusError } from '../rpc/status-error.ts';
import { checkLocation } from './check-location.ts';

type Location = NonNullable<entities.DataConnector['location']>;

const application = {
  ...{ tenantId: '72f988bf-86f1-41af-91ab-2d7cd011db47', clientId: 'app', clientSecret: 'canary' },
};
const azure = (
  changed: Partial<entities.AzureBlobStorageContainerLocation> = {},
  credential: Partial<entities.AzureClientSecretCredential> = {},
): Location => ({
  $case: 'azureBlobStorageContainer',
  value: {
    ...{ storageAccountUri: 'https://ours.blob.core.windows.net', containerName: 'events' },
    ...{ clientSecretCredential: { ...application, ...credential }, ...changed },
  },
});
const database = (jdbcUri: string, privateKey = ''): Location => ({
  $case: 'jdbcLocation',
  value: { jdbcUri, privateKey, databaseType: entities.DatabaseType.POSTGRES },
});
const bigQuery =
  'jdbc:bigquery://https://www.googleapis.com/bigquery/v2:443;ProjectId=my-project;OAuthType=0';

describe(checkLocation, () => {
  it.each<[string, Location]>([
    ['an application', azure()],
    ['a key of an account', azure({}, { tenantId: 'account-key', clientId: 'ours', clientSecret: 'YQ==' })],
    ['a signature', azure({}, { tenantId: 'sas', clientId: 'sas', clientSecret: 'sv=1&sig=x' })],
    ['a database', database('jdbc:postgresql://host:5432/db?user=u&password=p')],
    ['BigQuery', database(bigQuery, '{}')],
    [
      'what it leaves to the data plane',
      { $case: 'googleCloudStorageBucket', value: { bucketName: 'b', credentials: 'c' } },
    ],
  ])('takes %s', (_case, location) => {
    expect(() => {
      checkLocation(location);
    }).not.toThrow();
  });

  it.each<[string, Location]>([
    ['storage_account_uri', azure({ storageAccountUri: 'https://ours.example/canary/x' })],
    ['container_name', azure({ containerName: 'Canary' })],
    ['client_secret_credential.tenant_id', azure({ clientSecretCredential: undefined })],
    ['client_secret_credential.tenant_id', azure({}, { tenantId: 'canary' })],
    ['client_secret_credential.client_id', azure({}, { tenantId: 'account-key', clientId: 'Canary' })],
    ['client_secret_credential.client_secret', azure({}, { tenantId: 'sas' })],
    ['jdbc_uri', database('jdbc:postgresql://host/db?user=u&sslrootcert=canary')],
    ['jdbc_uri', database('jdbc:snowflake://canary')],
    ['private_key', database(bigQuery)],
  ])('names the field that is wrong, %s, and quotes nothing', (field, location) => {
    const attempt = () => {
      checkLocation(location);
    };
    expect(attempt).toThrow(StatusError);
    expect(attempt).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(new RegExp(`^data_connector\\.\\w+\\.${field.replace('.', '\\.')}`)),
      }),
    );
    expect(attempt).toThrow(expect.objectContaining({ message: expect.not.stringMatching(/canary/i) }));
  });
});
