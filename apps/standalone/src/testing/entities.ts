import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Runs a command of `strm`. */
export type Run = (...argv: string[]) => Promise<string>;

/** A contract with the fields of the public example, three of them personal, each of a purpose of its own. */
export async function createContract(strm: Run, folder: string, ref: string): Promise<void> {
  const namespace = ref.replaceAll(/[^a-z0-9]+/g, '_');
  const optional = (name: string) => ({ name, type: ['null', 'string'], default: null });
  const metaFields = [
    { name: 'eventContractRef', type: 'string' },
    { name: 'nonce', type: ['null', 'int'], default: null },
    { name: 'timestamp', type: ['null', 'long'], default: null },
    ...['keyLink', 'billingId'].map(optional),
    { name: 'consentLevels', type: { type: 'array', items: 'int' } },
  ];
  const schema = {
    type: 'record',
    name: 'Example',
    namespace,
    fields: [
      { name: 'strmMeta', type: { type: 'record', name: 'StrmMeta', namespace, fields: metaFields } },
      optional('uniqueIdentifier'),
      { name: 'consistentValue', type: 'string' },
      optional('someSensitiveValue'),
      optional('notSensitiveValue'),
    ],
  };
  const contract = {
    keyField: 'consistentValue',
    fieldMetadata: ['uniqueIdentifier', 'consistentValue', 'someSensitiveValue'].map((fieldName, index) => ({
      fieldName,
      personalDataConfig: { isPii: true, purposeLevel: index + 1 },
    })),
  };
  const write = async (name: string, content: object): Promise<string> => {
    await writeFile(join(folder, name), JSON.stringify(content));
    return join(folder, name);
  };
  await strm(
    ...['create', 'data-contract', ref],
    ...['--schema-definition', await write('schema.json', schema)],
    ...['--contract-definition', await write('contract.json', contract)],
  );
  for (const step of ['review', 'approve', 'activate']) await strm(step, 'data-contract', ref);
}

/** A bucket, and the document with which a data connector of the S3 kind reaches it. */
export interface Bucket {
  readonly name: string;
  readonly credentials: string;
}

/** @param folder for a file that the command needs */
export async function createConnector(
  strm: Run,
  folder: string,
  name: string,
  bucket: Bucket,
): Promise<void> {
  const credentials = join(folder, 'connector.json');
  await writeFile(credentials, bucket.credentials);
  await strm('create', 'data-connector', 's3', name, bucket.name, '--credentials-file', credentials);
}

/** A connector whose bucket is a folder of this machine. */
export const createFolderConnector = (strm: Run, folder: string, name: string): Promise<void> =>
  createConnector(strm, folder, name, { name: 'bucket', credentials: '{"url":"file:///"}' });

/** An exporter of everything in the stream, below `bucket/<name>`. */
export const createExporter = (
  strm: Run,
  connector: string,
  stream: string,
  name = stream,
  ...flags: string[]
): Promise<string> =>
  strm(
    ...['create', 'batch-exporter', stream, '--name', name, '--data-connector', connector],
    ...['--path-prefix', name, '--interval', '30', '--include-existing-events', ...flags],
  );

/** The credentials of a stream. */
export async function credentialsOf(
  strm: Run,
  stream: string,
): Promise<{ readonly clientId: string; readonly clientSecret: string }> {
  const shown = JSON.parse(await strm('get', 'stream', stream, '-o', 'json')) as {
    streamTree: { stream: { credentials: readonly { clientId: string; clientSecret: string }[] } };
  };
  const [client] = shown.streamTree.stream.credentials;
  if (client === undefined) throw new Error(`stream ${stream} has no credentials`);
  return client;
}

/** The topic of a stream. */
export async function topicOf(strm: Run, stream: string): Promise<string> {
  const shown = JSON.parse(await strm('get', 'stream', stream, '-o', 'json')) as {
    streamTree: { stream: { kafkaTopic: string } };
  };
  return shown.streamTree.stream.kafkaTopic;
}
