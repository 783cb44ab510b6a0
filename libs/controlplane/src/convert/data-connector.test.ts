import { describe, expect, it } from '@jest/globals';
import type { entities } from '@ccd/protocol';
import { sampleConnector } from '../testing/samples.ts';
import { toDataConnector } from './data-connector.ts';
import { InvalidFieldError } from './fields.ts';

function at(location: entities.DataConnector['location']): entities.DataConnector {
  return { ...sampleConnector(1), location };
}

const azure = {
  storageAccountUri: 'https://account.blob.core.windows.net',
  containerName: 'container',
  clientSecretCredential: { tenantId: 't', clientId: 'c', clientSecret: 's' },
};

describe(toDataConnector, () => {
  it.each<[string, entities.DataConnector['location'], unknown]>([
    [
      'S3 with a role',
      { $case: 's3Bucket', value: { bucketName: 'b', credentials: '{}', assumeRoleArn: 'arn:aws:x' } },
      { type: 's3', bucket: 'b', credentials: '{}', assumeRoleArn: 'arn:aws:x' },
    ],
    [
      'Google',
      { $case: 'googleCloudStorageBucket', value: { bucketName: 'b', credentials: '{\n}' } },
      { type: 'gcs', bucket: 'b', credentials: '{\n}' },
    ],
    [
      'Azure',
      { $case: 'azureBlobStorageContainer', value: azure },
      {
        type: 'azure',
        accountUri: azure.storageAccountUri,
        container: 'container',
        tenantId: 't',
        clientId: 'c',
        clientSecret: 's',
      },
    ],
    [
      'a database',
      { $case: 'jdbcLocation', value: { jdbcUri: 'jdbc:postgresql://h/d', privateKey: '', databaseType: 1 } },
      { type: 'jdbc', uri: 'jdbc:postgresql://h/d', databaseType: 'postgres' },
    ],
  ])('writes the location of %s as the JSON that its Secret holds', (_, location, expected) => {
    expect(JSON.parse(toDataConnector(at(location)).location)).toEqual(expected);
  });

  it.each<[string, entities.DataConnector['location']]>([
    ['no location', undefined],
    [
      'a bucket that is a path',
      { $case: 'googleCloudStorageBucket', value: { bucketName: '../x', credentials: 'c' } },
    ],
    [
      'a bucket that is a parent',
      { $case: 'googleCloudStorageBucket', value: { bucketName: '..', credentials: 'c' } },
    ],
    ['no credentials', { $case: 'googleCloudStorageBucket', value: { bucketName: 'b', credentials: '' } }],
    [
      'credentials beyond 64 KiB',
      { $case: 'googleCloudStorageBucket', value: { bucketName: 'b', credentials: 'c'.repeat(65_537) } },
    ],
    [
      'a database of an unknown type',
      {
        $case: 'jdbcLocation',
        value: { jdbcUri: 'jdbc:x', privateKey: '', databaseType: 77 as entities.DatabaseType },
      },
    ],
  ])('refuses %s', (_, location) => {
    expect(() => toDataConnector(at(location))).toThrow(InvalidFieldError);
  });
});
