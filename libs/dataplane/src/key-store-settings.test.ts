import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ConfigError, loadConfig } from '@ccd/service';
import { scratchDir } from '@ccd/testkit';
import { z } from 'zod';
import { keyStoreSettings, toKeyIndexEngine } from './key-store-settings.ts';

const folder = scratchDir();
const schema = z.object(keyStoreSettings);
const key = Buffer.alloc(32, 1).toString('base64');

const load = (settings: Record<string, string>) =>
  toKeyIndexEngine(
    loadConfig(schema, { KEY_LOOKUP_SECRET: key, KEY_ENCRYPTION_KEYS: `first:${key}`, ...settings }),
  );
const loadRedis = (settings: Record<string, string>) => {
  const engine = load({ KEYSTORE_ENGINE: 'redis', ...settings });
  if (engine.engine !== 'redis') throw new Error('not Redis');
  return engine.redis;
};

describe(toKeyIndexEngine, () => {
  it('is the embedded engine where nothing is said', () => {
    expect(load({})).toEqual({ engine: 'embedded' });
  });

  it('takes one server, by default at the usual port', () => {
    expect(loadRedis({ STRM_REDIS_HOST: 'redis.data', STRM_REDIS_PASSWORD: 'p' })).toEqual({
      mode: 'standalone',
      host: 'redis.data',
      port: 6379,
      password: 'p',
      timeoutMs: 2_000,
    });
  });

  it('takes sentinels with the name of the primary', () => {
    const settings = { STRM_REDIS_MODE: 'sentinel', STRM_REDIS_HOST: 'a:26379, [::1]:26380' };
    expect(loadRedis({ ...settings, STRM_REDIS_PRIMARY: 'main' })).toMatchObject({
      name: 'main',
      sentinels: [
        { host: 'a', port: 26_379 },
        { host: '::1', port: 26_380 },
      ],
    });
    expect(() => loadRedis(settings)).toThrow(/STRM_REDIS_PRIMARY is not set/);
  });

  it('takes the nodes of a cluster', () => {
    expect(loadRedis({ STRM_REDIS_MODE: 'cluster', STRM_REDIS_HOST: 'a,b:7000' })).toMatchObject({
      nodes: [
        { host: 'a', port: 6379 },
        { host: 'b', port: 7000 },
      ],
    });
  });

  it('reads certificates from their files', () => {
    const ca = join(folder, 'ca.pem');
    writeFileSync(ca, 'the authorities');
    const settings = { STRM_REDIS_HOST: 'a', STRM_REDIS_TLS: 'true' };
    expect(loadRedis({ ...settings, STRM_REDIS_CA: ca }).tls).toEqual({ ca: 'the authorities' });
    expect(loadRedis(settings).tls).toEqual({});
    expect(loadRedis({ ...settings, STRM_REDIS_SERVERNAME: 'redis.data' }).tls).toEqual({
      servername: 'redis.data',
    });
    expect(() => loadRedis({ ...settings, STRM_REDIS_CA: `${ca}.gone` })).toThrow(
      /STRM_REDIS_CA names a file/,
    );
  });

  it.each([
    ['no address', {}],
    ['several addresses of one server', { STRM_REDIS_HOST: 'a,b' }],
    ['an address with a user', { STRM_REDIS_HOST: 'user@a' }],
    ['a port beyond the last', { STRM_REDIS_HOST: 'a:65536' }],
  ])('refuses %s', (_, settings) => {
    expect(() => loadRedis(settings)).toThrow(ConfigError);
  });
});
