import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExporterTask } from '@ccd/dataplane';
import { connectEmbeddedLog, startEmbeddedEngine } from '@ccd/eventlog';
import { systemClock } from '@ccd/reconcile';
import { createSilentLogger, loadConfig } from '@ccd/service';
import { eventually, scratchDir } from '@ccd/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import { configSchema } from './config.ts';
import { startBatchExporter } from './start-batch-exporter.ts';

const dir = scratchDir();
const at = (...names: string[]) => join(dir, ...names);
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  rmSync(at('exports'), { recursive: true, force: true });
});

const environment = {
  CONFIG_DIR: at('config'),
  SECRETS_DIR: at('secrets'),
  FOLDER_ROOT: at('exports'),
  CACHE_DIR: at('cache'),
  GUARDRAILS_FILE: at('guardrails.json'),
  EVENTLOG_SOCKET: at('s', 'engine'),
  STRM_API_HOST: 'localhost',
  STRM_API_TLS: 'false',
  STRM_AUTH_URL: 'http://localhost',
  STRM_AUTH_CLIENT_ID: 'ins-1',
  STRM_AUTH_CLIENT_SECRET: 'hush',
  STRM_INSTALLATION_ID: '8f14e45f-ceea-467f-a0a6-3b9ac9f5a001',
  KEY_LOOKUP_SECRET: randomBytes(32).toString('base64'),
  KEY_ENCRYPTION_KEYS: `first:${randomBytes(32).toString('base64')}`,
};

async function setUp(content: ExporterTask['content'], guardrails: object) {
  const topic = content === 'keys' ? 'keys-1' : 'stream-1';
  const task: ExporterTask = {
    exporterId: '1',
    topic,
    content,
    streamId: '1',
    intervalMs: 60_000,
    pathPrefix: 'p',
    startAt: 'earliest',
    connectorSecret: 'connector',
  };
  mkdirSync(at('config'), { recursive: true });
  mkdirSync(at('secrets', 'connector'), { recursive: true });
  writeFileSync(at('config', 'task.json'), JSON.stringify(task));
  writeFileSync(
    at('secrets', 'connector', 'location'),
    JSON.stringify({ type: 's3', bucket: 'demo', credentials: '{"url":"file:///"}' }),
  );
  const bound = (change: object): void => {
    const whole = { purposes: 'any', destinations: 'any', keyExport: true, ...change };
    writeFileSync(at('guardrails.json'), JSON.stringify(whole));
  };
  bound(guardrails);
  const engine = await startEmbeddedEngine({
    dataDir: at('engine'),
    socketPath: environment.EVENTLOG_SOCKET,
    clock: systemClock,
  });
  closers.push(() => engine.close());
  const log = await connectEmbeddedLog({ socketPath: environment.EVENTLOG_SOCKET, clock: systemClock });
  if ((await log.admin.describeTopic(topic)) === undefined)
    await log.admin.createTopic({ name: topic, partitions: 1, config: { cleanup: 'delete' } });
  await log.close();
  const service = await startBatchExporter(loadConfig(configSchema, environment), {
    clock: systemClock,
    logger: createSilentLogger(),
  });
  closers.push(() => service.stop('the test is over'));
  return { bound, reasons: () => service.ready().reasons.map(({ reason }) => reason) };
}

describe(startBatchExporter, () => {
  it.each<[ExporterTask['content'], object, string]>([
    ['keys', { keyExport: false }, 'keys may not be exported from this installation'],
    [
      'events',
      { destinations: [{ type: 'folder', bucket: 'another' }] },
      'its destination is not among those allowed in this installation',
    ],
  ])('exports no %s beyond the guardrails %j, whatever its task says', async (content, guardrails, why) => {
    const { bound, reasons } = await setUp(content, guardrails);
    await eventually('the refusal', () => reasons().includes(`BeyondGuardrails: ${why}`));
    expect(readdirSync(dir)).not.toContain('exports');
    bound({});
    await eventually('it works', () => reasons().length === 0);
  });
});
