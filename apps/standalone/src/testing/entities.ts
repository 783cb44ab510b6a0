import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Runs a command of `strm`. */
export type Run = (...argv: string[]) => Promise<string>;

/** A connector whose bucket is a folder of this machine. */
export async function createFolderConnector(strm: Run, folder: string, name: string): Promise<void> {
  const credentials = join(folder, 'folder-connector.json');
  await writeFile(credentials, '{"url":"file:///"}');
  await strm('create', 'data-connector', 's3', name, 'bucket', '--credentials-file', credentials);
}

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
