import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@ccd/reconcile';
import { ConfigError, createSilentLogger } from '@ccd/service';
import { scratchDir } from '@ccd/testkit';
import { describe, expect, it } from '@jest/globals';
import { chooseEngines, OtherEnginesError } from './choose-engines.ts';
import { foldersOf } from './folders.ts';

const scratch = scratchDir();
const apps = { folder: '', engine: '', servers: '', clone: '' };
const choose = (
  choice: 'embedded' | 'real',
  dataDir: string,
  environment: Readonly<Record<string, string>> = {},
) => chooseEngines({ choice, dataDir, apps, environment });
const runtime = { clock: systemClock, logger: createSilentLogger(), onLine: () => {} };

describe(chooseEngines, () => {
  it('keeps to the engines that a data folder was made with', async () => {
    const dataDir = join(scratch, 'kept');
    await choose('real', dataDir);
    await choose('real', dataDir);
    await expect(choose('embedded', dataDir)).rejects.toThrow(OtherEnginesError);
  });

  it('knows the folders of the embedded engines from before there was a choice', async () => {
    const dataDir = join(scratch, 'old');
    mkdirSync(foldersOf(dataDir).engine, { recursive: true });
    await expect(choose('real', dataDir)).rejects.toThrow('is that of --engines embedded');
    await choose('embedded', dataDir);
  });

  it('starts no server where a person names all of them, and tells the apps of these', async () => {
    const dataDir = join(scratch, 'given');
    const credentials = '{"url":"https://store.example:9000","accessKey":"a","secretKey":"b"}';
    const file = join(scratch, 'credentials.json');
    writeFileSync(file, credentials);
    const { start, given } = await choose('real', dataDir, {
      STRM_BOOTSTRAP_SERVERS: 'kafka.example:9092',
      STRM_KAFKASEC_PROTOCOL: 'SSL',
      STRM_REDIS_HOST: 'redis.example',
      STRM_REDIS_PASSWORD_FILE: '/run/redis-password',
      DATABASE_URL: 'postgres://ccd@postgres.example/ccd',
      SECRETS_KEY: 'a key',
      BUCKET: 'exports',
      BUCKET_CREDENTIALS_FILE: file,
      STORAGE_ALLOWED_NETWORKS: '10.0.0.0/8',
      KEY_LOOKUP_SECRET: 'is the data folder’s own',
      UNRELATED: 'stays out',
    });
    expect(given).toEqual([
      ['kafka', 'STRM_BOOTSTRAP_SERVERS'],
      ['redis', 'STRM_REDIS_HOST'],
      ['postgres', 'DATABASE_URL'],
      ['s3', 'BUCKET'],
    ]);
    const engines = await start(runtime);
    await engines.stop('the test is over');
    const { controlPlane, dataPlane, bucket, places } = engines;
    expect({ controlPlane, dataPlane, bucket, places }).toStrictEqual({
      controlPlane: {
        DATABASE_ENGINE: 'postgres',
        DATABASE_URL: 'postgres://ccd@postgres.example/ccd',
        SECRETS_KEY: 'a key',
      },
      dataPlane: {
        EVENTLOG_ENGINE: 'kafka',
        STRM_BOOTSTRAP_SERVERS: 'kafka.example:9092',
        STRM_KAFKASEC_PROTOCOL: 'SSL',
        KEYSTORE_ENGINE: 'redis',
        STRM_REDIS_HOST: 'redis.example',
        STRM_REDIS_PASSWORD_FILE: '/run/redis-password',
        STORAGE_ALLOWED_NETWORKS: '10.0.0.0/8',
      },
      bucket: { name: 'exports', credentials, where: 'https://store.example:9000/exports' },
      places: [],
    });
  });

  it('makes the key of secrets once, where none is given', async () => {
    const dataDir = join(scratch, 'key');
    const file = join(scratch, 'amazon.json');
    writeFileSync(file, '{"AccessKey":{"AccessKeyId":"a","SecretAccessKey":"b"}}');
    const environment = {
      STRM_BOOTSTRAP_SERVERS: 'kafka.example:9092',
      STRM_REDIS_HOST: 'redis.example',
      DATABASE_URL: 'postgres://ccd@postgres.example/ccd',
      BUCKET: 'exports',
      BUCKET_CREDENTIALS_FILE: file,
    };
    const keys = [];
    for (let start = 0; start < 2; start += 1) {
      const engines = await (await choose('real', dataDir, environment)).start(runtime);
      await engines.stop('the test is over');
      keys.push(engines.controlPlane['SECRETS_KEY']);
    }
    expect(Buffer.from(keys[0] ?? '', 'base64')).toHaveLength(32);
    expect(keys[1]).toBe(keys[0]);
  });

  it.each([
    [{ BUCKET: 'exports' }, 'BUCKET_CREDENTIALS_FILE is not set'],
    [{ BUCKET_CREDENTIALS_FILE: '/dev/null' }, 'BUCKET is not set'],
    [{ BUCKET: 'exports', BUCKET_CREDENTIALS_FILE: '/none' }, 'cannot be read'],
  ])('refuses %j before it writes anything', async (environment, words) => {
    const dataDir = join(scratch, 'refused');
    await expect(choose('real', dataDir, environment)).rejects.toThrow(ConfigError);
    await expect(choose('real', dataDir, environment)).rejects.toThrow(words);
    expect(existsSync(dataDir)).toBe(false);
  });
});
