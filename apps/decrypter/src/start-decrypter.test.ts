import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DecrypterTask } from '@ccd/dataplane';
import { connectEmbeddedLog, startEmbeddedEngine } from '@ccd/eventlog';
import { SimdUnavailableError } from '@ccd/privacy';
import { systemClock } from '@ccd/reconcile';
import { createSilentLogger, loadConfig } from '@ccd/service';
import { eventually, scratchDir } from '@ccd/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import { configSchema } from './config.ts';
import { startDecrypter } from './start-decrypter.ts';

const dir = scratchDir();
const at = (...names: string[]) => join(dir, ...names);
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const task: DecrypterTask = {
  streamId: '1',
  sourceTopic: 'stream-1',
  derived: [
    { topic: 'stream-2', consent: { type: 'GRANULAR', levels: [1] } },
    { topic: 'stream-3', consent: { type: 'GRANULAR', levels: [1, 2] } },
  ],
};

function bound(purposes: readonly number[]): void {
  writeFileSync(at('guardrails.json'), JSON.stringify({ purposes, destinations: 'any', keyExport: false }));
}

const configOf = (socketPath: string) =>
  loadConfig(configSchema, {
    CONFIG_DIR: at('config'),
    CACHE_DIR: at('cache'),
    GUARDRAILS_FILE: at('guardrails.json'),
    EVENTLOG_SOCKET: socketPath,
    STRM_API_HOST: 'localhost',
    STRM_API_TLS: 'false',
    STRM_AUTH_URL: 'http://localhost',
    STRM_AUTH_CLIENT_ID: 'ins-1',
    STRM_AUTH_CLIENT_SECRET: 'hush',
    STRM_INSTALLATION_ID: '8f14e45f-ceea-467f-a0a6-3b9ac9f5a001',
    KEY_LOOKUP_SECRET: randomBytes(32).toString('base64'),
    KEY_ENCRYPTION_KEYS: `first:${randomBytes(32).toString('base64')}`,
  });

async function setUp() {
  mkdirSync(at('config'), { recursive: true });
  writeFileSync(at('config', 'task.json'), JSON.stringify(task));
  const socketPath = at('s', 'engine');
  const engine = await startEmbeddedEngine({ dataDir: at('engine'), socketPath, clock: systemClock });
  closers.push(() => engine.close());
  const log = await connectEmbeddedLog({ socketPath, clock: systemClock });
  for (const name of ['stream-1', 'stream-2', 'stream-3'])
    await log.admin.createTopic({ name, partitions: 1, config: { cleanup: 'delete' } });
  await log.close();
  const service = await startDecrypter(configOf(socketPath), {
    clock: systemClock,
    logger: createSilentLogger(),
  });
  closers.push(() => service.stop('the test is over'));
  return { reasons: () => service.ready().reasons.map(({ reason }) => reason) };
}

describe(startDecrypter, () => {
  it('decrypts nothing while its task has a purpose beyond the guardrails', async () => {
    bound([1]);
    const { reasons } = await setUp();
    const why = 'BeyondGuardrails: purpose 2 is not allowed in this installation';
    await eventually('the refusal', () => reasons().includes(why));
    expect(reasons()).toEqual([why]);
    bound([1, 2]);
    await eventually('it works', () => reasons().length === 0);
  });

  it('does not start where fields cannot be decrypted in constant time', async () => {
    const webAssembly: unknown = Reflect.get(globalThis, 'WebAssembly');
    closers.push(async () => Reflect.set(globalThis, 'WebAssembly', webAssembly));
    Reflect.deleteProperty(globalThis, 'WebAssembly');
    const starting = startDecrypter(configOf(at('nobody')), {
      clock: systemClock,
      logger: createSilentLogger(),
    });
    await expect(starting).rejects.toThrow(SimdUnavailableError);
  });
});
