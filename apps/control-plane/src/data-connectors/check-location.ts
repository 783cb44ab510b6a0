import type { entities } from '@ccd/protocol';
import { assertAzureLocation, DatabaseUriError, InvalidLocationError, parseDatabaseUri } from '@ccd/storage';
import { invalidArgument } from '../rpc/status-error.ts';

type Location = NonNullable<entities.DataConnector['location']>;
type Azure = entities.AzureBlobStorageContainerLocation;

/** What is wrong with fields of an Azure location, by their names in libs/storage. */
const azureProblems: Readonly<Record<string, string>> = {
  accountUri:
    'storage_account_uri has to be the URL of a blob service, as https://<account>.blob.core.windows.net',
  container:
    'container_name has to be 3 to 63 lower-case letters and digits, with single hyphens between them',
  tenantId:
    'client_secret_credential.tenant_id has to be a UUID or a domain of a tenant, account-key, or sas for a signature',
  clientId:
    'client_secret_credential.client_id has to be the name of the account, where the tenant is account-key',
  clientSecret:
    'client_secret_credential.client_secret has to be a key in base64 (account-key), or a signature with sv and sig (sas)',
};

/**
 * Refuses what no data plane could use, so that whoever makes the connector hears of it. Whether credentials are good
 * shows where they are used: this control plane connects to nothing.
 * @throws StatusError INVALID_ARGUMENT, which quotes nothing of the location
 */
export function checkLocation(location: Location): void {
  switch (location.$case) {
    case 's3Bucket':
    case 'googleCloudStorageBucket':
      return;
    case 'azureBlobStorageContainer':
      checkAzure(location.value);
      return;
    case 'jdbcLocation':
      checkDatabase(location.value);
  }
}

function checkAzure({ storageAccountUri, containerName, clientSecretCredential: secret }: Azure): void {
  const { tenantId = '', clientId = '', clientSecret = '' } = secret ?? {};
  try {
    assertAzureLocation({
      ...{ type: 'azure', accountUri: storageAccountUri, container: containerName },
      ...{ tenantId, clientId, clientSecret },
    });
  } catch (error) {
    if (!(error instanceof InvalidLocationError)) throw error;
    const [field = ''] = error.fields;
    throw invalidArgument(
      `data_connector.azure_blob_storage_container.${azureProblems[field] ?? 'location is not usable'}`,
    );
  }
}

function checkDatabase({ jdbcUri, privateKey }: entities.JdbcLocation): void {
  try {
    const { type } = parseDatabaseUri(jdbcUri);
    if (type === 'bigquery' && privateKey === '') {
      throw invalidArgument(
        'data_connector.jdbc_location.private_key is needed for BigQuery: the JSON key of a service account',
      );
    }
  } catch (error) {
    if (!(error instanceof DatabaseUriError)) throw error;
    throw invalidArgument(`data_connector.jdbc_location.jdbc_uri: ${error.reason}`);
  }
}
