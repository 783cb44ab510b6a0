import { dataConnectors as wire, entities } from '@ccd/protocol';
import type { LocalContext, ProjectCommand } from '../command/command.ts';
import { group, projectCommand } from '../command/define.ts';
import { requiredText, text } from '../command/flag.ts';
import type { Flag } from '../command/flag.ts';
import { readJsonFile } from '../files/read-json-file.ts';
import { jsonOf } from '../output/output.ts';
import { showConnectors } from './data-connectors.ts';
import { jdbcLocation } from './jdbc-location.ts';

type Location = NonNullable<entities.DataConnector['location']>;

const credentialsFile = requiredText('--credentials-file <file>', 'file with the credentials, as JSON');
const assumeRoleArn = text('--assume-role-arn <arn>', 'AWS role to take on with these credentials', '');
const storageAccountUri = requiredText(
  '--storage-account-uri <uri>',
  'storage account, like https://<account>.blob.core.windows.net',
);
const tenantId = requiredText('--tenant-id <id>', 'directory (tenant) of the application');
const clientId = requiredText('--client-id <id>', 'client id of the application');
const clientSecret = requiredText('--client-secret <secret>', 'client secret of the application');

interface Kind {
  readonly name: string;
  readonly target: string;
  readonly about: string;
  readonly details?: string;
  readonly examples: readonly string[];
  readonly flags: readonly Flag<unknown>[];
  readonly locate: (context: LocalContext, target: string) => Promise<Location>;
}

const kinds: readonly Kind[] = [
  {
    name: 's3',
    target: 'bucket',
    about: 'a bucket of Amazon S3, or of a server that speaks its protocol',
    details: [
      'The credentials file is what `aws iam create-access-key` prints, or, for servers other than Amazon, JSON with',
      'url, accessKey, secretKey, api and path.',
    ].join(' '),
    examples: ['create data-connector s3 my-bucket events-bucket --credentials-file key.json'],
    flags: [credentialsFile, assumeRoleArn],
    locate: async ({ flags }, bucketName) => ({
      $case: 's3Bucket',
      value: {
        bucketName,
        credentials: await readJsonFile(flags.get(credentialsFile)),
        assumeRoleArn: flags.get(assumeRoleArn),
      },
    }),
  },
  {
    name: 'gcs',
    target: 'bucket',
    about: 'a bucket of Google Cloud Storage',
    details: 'The credentials file is the JSON key of a service account.',
    examples: ['create data-connector gcs my-bucket events-bucket --credentials-file account.json'],
    flags: [credentialsFile],
    locate: async ({ flags }, bucketName) => ({
      $case: 'googleCloudStorageBucket',
      value: { bucketName, credentials: await readJsonFile(flags.get(credentialsFile)) },
    }),
  },
  {
    name: 'azure-blob-storage',
    target: 'container',
    about: 'a container of Azure Blob Storage',
    details: [
      'Instead of an application, a connector can use a key of the account (tenant id `account-key`, client id the name of',
      'the account, client secret the key) or a shared access signature (tenant id and client id `sas`, client secret the',
      'signature).',
    ].join(' '),
    examples: [
      'create data-connector azure-blob-storage my-blobs events \\\n' +
        '      --storage-account-uri https://example.blob.core.windows.net \\\n' +
        '      --tenant-id … --client-id … --client-secret …',
    ],
    flags: [storageAccountUri, tenantId, clientId, clientSecret],
    locate: async ({ flags }, containerName) => ({
      $case: 'azureBlobStorageContainer',
      value: {
        containerName,
        storageAccountUri: flags.get(storageAccountUri),
        clientSecretCredential: {
          tenantId: flags.get(tenantId),
          clientId: flags.get(clientId),
          clientSecret: flags.get(clientSecret),
        },
      },
    }),
  },
  {
    name: 'jdbc',
    target: 'uri',
    about: 'a database, for batch jobs',
    details: [
      'The kind of database follows from the URI. For BigQuery, the key file that OAuthPvtKeyPath or',
      'ServiceAccountPrivateKey names is read and sent along.',
    ].join(' '),
    examples: ["create data-connector jdbc my-db 'jdbc:postgresql://host:5432/db?user=u&password=p'"],
    flags: [],
    locate: async (_, uri) => ({ $case: 'jdbcLocation', value: await jdbcLocation(uri) }),
  },
];

const toCommand = ({ name: kind, target, about, details, examples, flags, locate }: Kind): ProjectCommand =>
  projectCommand({
    name: kind,
    args: `<name> <${target}>`,
    about: `create a data connector: ${about}`,
    ...(details === undefined ? {} : { details }),
    examples,
    flags,
    async run(context) {
      const [name = '', place = ''] = context.args;
      const answer = await context.api.call(wire.DataConnectorsServiceService.createDataConnector, {
        dataConnector: entities.DataConnector.create({
          ref: { name, projectId: context.project.id },
          location: await locate(context, place),
        }),
      });
      const { dataConnector } = answer.value;
      return { ...jsonOf(answer), ...showConnectors(dataConnector === undefined ? [] : [dataConnector]) };
    },
  });

export const createDataConnector = group(
  'data-connector',
  'create a data connector: the way to a bucket or database of yours',
  kinds.map(toCommand),
);
