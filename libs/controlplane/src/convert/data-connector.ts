import { entities } from '@ccd/protocol';
import type { DesiredDataConnector } from '../domain.ts';
import {
  InvalidFieldError,
  requireDocument,
  requireMessage,
  requireName,
  requireText,
  requireUuid,
  requireWord,
} from './fields.ts';
import type { Specified } from './fields.ts';

const longest = { bucket: 255, uri: 10_000, id: 1_000, credentials: 65_536 };

const databaseTypes: Record<Specified<entities.DatabaseType>, string> = {
  [entities.DatabaseType.POSTGRES]: 'postgres',
  [entities.DatabaseType.MYSQL]: 'mysql',
  [entities.DatabaseType.BIGQUERY]: 'bigquery',
  [entities.DatabaseType.SNOWFLAKE]: 'snowflake',
};

/** @throws InvalidFieldError */
export function toDataConnector(connector: entities.DataConnector): DesiredDataConnector {
  const ref = requireMessage(connector.ref, 'ref');
  return {
    uuid: requireUuid(connector.uuid, 'uuid'),
    name: requireName(ref.name, 'ref.name'),
    projectId: requireUuid(ref.projectId, 'ref.project_id'),
    location: JSON.stringify(toLocation(requireMessage(connector.location, 'location'))),
  };
}

type Location = NonNullable<entities.DataConnector['location']>;

/** The `StorageLocation` of libs/storage, or its sibling for databases, whose type is `jdbc`. */
function toLocation(location: Location): Readonly<Record<string, string>> {
  switch (location.$case) {
    case 's3Bucket': {
      const { bucketName, credentials, assumeRoleArn } = location.value;
      return {
        type: 's3',
        bucket: requireBucket(bucketName, 's3_bucket.bucket_name'),
        credentials: requireDocument(credentials, 's3_bucket.credentials', longest.credentials),
        ...(assumeRoleArn !== '' && {
          assumeRoleArn: requireText(assumeRoleArn, 's3_bucket.assume_role_arn', longest.id),
        }),
      };
    }
    case 'googleCloudStorageBucket': {
      const { bucketName, credentials } = location.value;
      return {
        type: 'gcs',
        bucket: requireBucket(bucketName, 'google_cloud_storage_bucket.bucket_name'),
        credentials: requireDocument(
          credentials,
          'google_cloud_storage_bucket.credentials',
          longest.credentials,
        ),
      };
    }
    case 'azureBlobStorageContainer':
      return toAzure(location.value);
    case 'jdbcLocation': {
      const { jdbcUri, privateKey, databaseType } = location.value;
      return {
        type: 'jdbc',
        uri: requireText(jdbcUri, 'jdbc_location.jdbc_uri', longest.uri),
        databaseType: requireWord(databaseTypes, databaseType, 'jdbc_location.database_type'),
        ...(privateKey !== '' && {
          privateKey: requireDocument(privateKey, 'jdbc_location.private_key', longest.credentials),
        }),
      };
    }
  }
}

function toAzure(azure: entities.AzureBlobStorageContainerLocation): Readonly<Record<string, string>> {
  const field = 'azure_blob_storage_container';
  const secret = requireMessage(azure.clientSecretCredential, `${field}.client_secret_credential`);
  return {
    type: 'azure',
    accountUri: requireText(azure.storageAccountUri, `${field}.storage_account_uri`, longest.uri),
    container: requireBucket(azure.containerName, `${field}.container_name`),
    tenantId: requireText(secret.tenantId, `${field}.tenant_id`, longest.id),
    clientId: requireText(secret.clientId, `${field}.client_id`, longest.id),
    clientSecret: requireText(secret.clientSecret, `${field}.client_secret`, longest.credentials),
  };
}

/** One segment of a path: the name goes into URLs and, with the folder engine, into a path. */
function requireBucket(value: string, field: string): string {
  requireText(value, field, longest.bucket);
  if (/[/\\]|^\.{1,2}$/.test(value)) throw new InvalidFieldError(field, 'is a path');
  return value;
}
