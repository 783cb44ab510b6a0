import { sampleConnector, uuidOf } from '@ccd/controlplane/testing';
import { bound, read } from './attack.ts';
import type { Attack } from './attack.ts';
import type { ConnectorItem } from './honest.ts';

/** A data connector of the sample entities. */
const victim = uuidOf(301);

const onConnector =
  (spoil: (connector: ConnectorItem) => ConnectorItem): Attack['change'] =>
  (items) => ({
    ...items,
    'data-connectors': items['data-connectors'].map((item) => (item.uuid === victim ? spoil(item) : item)),
  });
const toLocation = (location: ConnectorItem['location']): Attack['change'] =>
  onConnector((item) => ({ ...item, location }));
const toS3 = (bucketName: string, url?: string): Attack['change'] =>
  toLocation({
    $case: 's3Bucket',
    value: { bucketName, credentials: JSON.stringify({ url }), assumeRoleArn: '' },
  });

const destination = /BeyondGuardrails: its destination is not among those allowed/;

export const connectorAttacks: readonly Attack[] = [
  bound('a bucket of its own', toS3('evil'), destination),
  bound('a server of its own', toS3('bucket', 'https://evil.example'), destination),
  bound('the metadata service of the cloud', toS3('bucket', 'http://169.254.169.254'), destination),
  bound('a service on this host', toS3('bucket', 'http://127.0.0.1:9000'), destination),
  bound('a service on this host, by IPv6', toS3('bucket', 'http://[::1]:9000'), destination),
  bound('a private network', toS3('bucket', 'http://10.0.0.1'), destination),
  bound('a folder of this host', toS3('bucket', 'file:///etc'), destination),
  bound("another folder of the exports' root", toS3('elsewhere', 'file:///'), destination),
  bound(
    'an account of its own at Azure',
    toLocation({
      $case: 'azureBlobStorageContainer',
      value: {
        storageAccountUri: 'https://evil.blob.core.windows.net',
        containerName: 'c',
        clientSecretCredential: { tenantId: 't', clientId: 'c', clientSecret: 's' },
      },
    }),
    destination,
  ),
  bound(
    'a bucket of its own at Google',
    toLocation({
      $case: 'googleCloudStorageBucket',
      value: { bucketName: 'evil', credentials: '{"type":"external_account"}' },
    }),
    destination,
  ),
  bound(
    'a database of its own',
    toLocation({
      $case: 'jdbcLocation',
      value: {
        jdbcUri: 'jdbc:postgresql://evil/db?sslrootcert=/etc/passwd',
        privateKey: '',
        databaseType: 1,
      },
    }),
    destination,
  ),
  read('a bucket that climbs', toS3('../other', 'file:///'), /bucket_name is a path/),
  read(
    'credentials without end',
    onConnector(() => sampleConnector(301, 'x'.repeat(200_000))),
    /credentials/,
  ),
  read('a connector without a place', toLocation(undefined), /location is missing/),
];
