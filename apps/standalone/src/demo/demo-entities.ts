import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Bucket } from '../engines.ts';

/** Runs a command of `strm`. */
export type RunStrm = (argv: readonly string[]) => Promise<string>;

export const demoContract = 'strmprivacy/example/1.5.0';

/** Names of what the demo makes. */
export const demo = {
  source: 'demo',
  /** Holds the events of people who agreed to purpose 1, with the field of that purpose readable. */
  derived: 'demo-1',
  /** Purposes 1 to 3: every field readable, except for the one that is hashed. */
  masked: 'demo-masked',
  connector: 'demo-files',
  events: 'demo-events',
  keys: 'demo-keys',
} as const;

const exportEverySeconds = 30;

/** Makes what is missing of the demo, through the public API alone. */
export async function ensureDemo(strm: RunStrm, strmFolder: string, bucket: Bucket): Promise<void> {
  const has = async (noun: string) => {
    const names = new Set((await strm(['list', noun, '-o', 'plain'])).split('\n').map((line) => line.trim()));
    return (name: string) => names.has(name);
  };
  const hasStream = await has('streams');
  if (!hasStream(demo.source)) await strm(['create', 'stream', demo.source]);
  if (!hasStream(demo.derived)) {
    await strm(['create', 'stream', demo.derived, '--derived-from', demo.source, '--purposes', '1']);
  }
  if (!hasStream(demo.masked)) {
    await strm([
      ...['create', 'stream', demo.masked, '--derived-from', demo.source, '--purposes', '1,2,3'],
      ...['--masked-fields', `${demoContract}:consistentValue`],
    ]);
  }
  if (!(await has('data-connectors'))(demo.connector)) {
    await strm([
      ...['create', 'data-connector', 's3', demo.connector, bucket.name],
      ...['--credentials-file', await writeCredentials(strmFolder, bucket)],
    ]);
  }
  const hasExporter = await has('batch-exporters');
  const exporter = async (name: string, stream: string, ...more: readonly string[]) => {
    if (hasExporter(name)) return;
    await strm([
      ...['create', 'batch-exporter', stream, '--name', name, '--data-connector', demo.connector],
      ...['--interval', `${exportEverySeconds}`, '--include-existing-events', ...more],
    ]);
  };
  await exporter(demo.events, demo.derived, '--path-prefix', 'events');
  await exporter(demo.keys, demo.source, '--export-keys', '--path-prefix', 'keys');
}

async function writeCredentials(strmFolder: string, { credentials }: Bucket): Promise<string> {
  const path = join(strmFolder, 'connector.json');
  await mkdir(strmFolder, { recursive: true });
  await writeFile(path, credentials, { mode: 0o600 });
  return path;
}
