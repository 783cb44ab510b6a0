import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createFakeControlPlane } from '@ccd/controlplane/testing';
import { createMemoryLog } from '@ccd/eventlog/testing';
import { SimdUnavailableError } from '@ccd/privacy';
import { systemClock } from '@ccd/reconcile';
import { createSilentLogger, loadConfig } from '@ccd/service';
import { scratchDir } from '@ccd/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import { configSchema } from './config.ts';
import { startEventGateway } from './start-event-gateway.ts';

const dir = scratchDir();
const webAssembly: unknown = Reflect.get(globalThis, 'WebAssembly');
afterEach(() => {
  Reflect.set(globalThis, 'WebAssembly', webAssembly);
});

const settings = {
  CACHE_DIR: join(dir, 'cache'),
  EVENTLOG_SOCKET: join(dir, 'nobody'),
  STRM_GATEWAY_PORT: '0',
  STRM_API_HOST: 'localhost',
  STRM_AUTH_URL: 'http://localhost',
  STRM_AUTH_CLIENT_ID: 'ins-1',
  STRM_AUTH_CLIENT_SECRET: 'hush',
  STRM_INSTALLATION_ID: '8f14e45f-ceea-467f-a0a6-3b9ac9f5a001',
  KEY_LOOKUP_SECRET: randomBytes(32).toString('base64'),
  KEY_ENCRYPTION_KEYS: `first:${randomBytes(32).toString('base64')}`,
};

describe(startEventGateway, () => {
  it('does not start where fields cannot be encrypted in constant time', async () => {
    const config = loadConfig(configSchema, settings);
    Reflect.deleteProperty(globalThis, 'WebAssembly');
    const starting = startEventGateway(config, { clock: systemClock, logger: createSilentLogger() });
    await expect(starting).rejects.toThrow(SimdUnavailableError);
  });

  it('shows metrics to nobody who sends events, where they have a port of their own', async () => {
    const gateway = await startEventGateway(loadConfig(configSchema, { ...settings, ADMIN_PORT: '0' }), {
      clock: systemClock,
      logger: createSilentLogger(),
      log: createMemoryLog({ clock: systemClock }),
      controlPlane: createFakeControlPlane(),
    });
    try {
      const statusOf = async (url = '') => (await fetch(url)).status;
      const paths = ['/is-alive', '/ready', '/metrics'];
      const statuses = (url = '') => Promise.all(paths.map((path) => statusOf(url + path)));
      expect(await statuses(gateway.url)).toEqual([200, 200, 404]);
      expect(await statuses(gateway.adminUrl)).toEqual([200, 200, 200]);
    } finally {
      await gateway.stop('the test is over');
    }
  });
});
