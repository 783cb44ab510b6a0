import { createLocalKeyWrapper } from '@ccd/keystore';
import type { KeyStoreSecrets, RedisOptions, RedisTls, RedisTopology } from '@ccd/keystore';
import {
  ConfigError,
  bool,
  durationMs,
  readSettingFile,
  secret,
  secretText,
  setting,
  text,
} from '@ccd/service';
import type { HostPort } from '@ccd/service';
import { z } from 'zod';

const base64Key = (value: string): Buffer | undefined => {
  const bytes = Buffer.from(value, 'base64');
  return bytes.length === 32 && bytes.toString('base64') === value ? bytes : undefined;
};

const lookupSecret = setting('32 bytes in base64', base64Key);

const keyEncryptionKeys = setting('name:key pairs between commas, each key 32 bytes in base64', (value) => {
  const keks = value.split(',').map((pair) => {
    const at = pair.indexOf(':');
    const key = base64Key(pair.slice(at + 1).trim());
    const id = pair.slice(0, Math.max(at, 0)).trim();
    return key === undefined || id === '' ? undefined : { id, key };
  });
  const [primary, ...older] = keks.filter((kek) => kek !== undefined);
  return primary === undefined || older.length + 1 < keks.length ? undefined : { primary, older };
});

const redisPort = 6379;

const redisHosts = setting('host or host:port, several between commas', (value) => {
  const addresses = value.split(',').map((each) => toAddress(each.trim()));
  return addresses.every((address) => address !== undefined) ? addresses : undefined;
});

function toAddress(value: string): HostPort | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/@[\]]+))(?::(\d{1,5}))?$/.exec(value);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? redisPort);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

/** Settings of everything that unwraps session keys. */
export const keySecretSettings = {
  KEY_LOOKUP_SECRET: secret(lookupSecret).describe(
    'Secret under which sessions are looked up; changing it makes every session look new',
  ),
  KEY_ENCRYPTION_KEYS: secret(keyEncryptionKeys).describe(
    'Keys that wrap session keys, the first for new ones; a new one is in every list before it is the first of any, and old ones stay while they are in use',
  ),
} as const;

/** Settings of everything that looks session keys up. */
export const keyStoreSettings = {
  KEYSTORE_ENGINE: z
    .enum(['embedded', 'redis'])
    .default('embedded')
    .describe(
      'What finds session keys: the embedded engine, or Redis (the key topics are the record with both)',
    ),
  ...keySecretSettings,
  STRM_REDIS_MODE: z
    .enum(['standalone', 'sentinel', 'cluster'])
    .default('standalone')
    .describe('How Redis runs'),
  STRM_REDIS_HOST: redisHosts
    .optional()
    .describe('Its address; with sentinels theirs, in a cluster those of some nodes'),
  STRM_REDIS_PRIMARY: text().optional().describe('Name of the primary among the sentinels'),
  STRM_REDIS_USER: text().optional().describe('ACL user'),
  STRM_REDIS_PASSWORD: secretText().optional().describe('Password'),
  STRM_REDIS_SENTINEL_USER: text().optional().describe('ACL user at the sentinels'),
  STRM_REDIS_SENTINEL_PASSWORD: secretText().optional().describe('Password at the sentinels'),
  STRM_REDIS_TLS: bool().default(false).describe('Whether Redis is reached over TLS'),
  STRM_REDIS_CA: text()
    .optional()
    .describe("File with the authorities to trust (PEM); default: the system's"),
  STRM_REDIS_CERT: text()
    .optional()
    .describe('File with a certificate of our own (PEM), where Redis asks for one'),
  STRM_REDIS_KEY: text().optional().describe('File with its private key (PEM)'),
  STRM_REDIS_SERVERNAME: text()
    .optional()
    .describe(
      'Name to find in the certificates of all its servers, where they are reached by address, as sentinels and clusters tell; default: the host',
    ),
  STRM_REDIS_TIMEOUT_MS: durationMs({ min: 1 })
    .default(2_000)
    .describe('How long Redis may take to answer, connecting included'),
} as const;

type KeyStoreConfig = z.output<z.ZodObject<typeof keyStoreSettings>>;

/** What finds session keys. */
export type KeyIndexEngine =
  { readonly engine: 'embedded' } | { readonly engine: 'redis'; readonly redis: RedisOptions };

export function toKeyStoreSecrets(config: z.output<z.ZodObject<typeof keySecretSettings>>): KeyStoreSecrets {
  return {
    lookupSecret: config.KEY_LOOKUP_SECRET,
    wrapper: createLocalKeyWrapper(config.KEY_ENCRYPTION_KEYS),
  };
}

/** @throws ConfigError where what the engine needs is missing, or a file cannot be read */
export function toKeyIndexEngine(config: KeyStoreConfig): KeyIndexEngine {
  if (config.KEYSTORE_ENGINE === 'embedded') return { engine: 'embedded' };
  const tls = toTls(config);
  const redis: RedisOptions = {
    ...toTopology(config),
    timeoutMs: config.STRM_REDIS_TIMEOUT_MS,
    ...(config.STRM_REDIS_USER === undefined ? {} : { username: config.STRM_REDIS_USER }),
    ...(config.STRM_REDIS_PASSWORD === undefined ? {} : { password: config.STRM_REDIS_PASSWORD }),
    ...(tls === undefined ? {} : { tls }),
  };
  return { engine: 'redis', redis };
}

const missing = (variable: keyof KeyStoreConfig, why: string): ConfigError =>
  new ConfigError([{ variable, problem: `is not set, and ${why}` }]);

function toTopology(config: KeyStoreConfig): RedisTopology {
  const [first, ...others] = config.STRM_REDIS_HOST ?? [];
  if (first === undefined) throw missing('STRM_REDIS_HOST', 'KEYSTORE_ENGINE is redis');
  switch (config.STRM_REDIS_MODE) {
    case 'standalone':
      if (others.length === 0) return { mode: 'standalone', ...first };
      throw new ConfigError([
        { variable: 'STRM_REDIS_HOST', problem: 'has several addresses, and STRM_REDIS_MODE is standalone' },
      ]);
    case 'cluster':
      return { mode: 'cluster', nodes: [first, ...others] };
    case 'sentinel': {
      const { STRM_REDIS_PRIMARY: name } = config;
      if (name === undefined) throw missing('STRM_REDIS_PRIMARY', 'STRM_REDIS_MODE is sentinel');
      const { STRM_REDIS_SENTINEL_USER: user, STRM_REDIS_SENTINEL_PASSWORD: password } = config;
      return {
        mode: 'sentinel',
        sentinels: [first, ...others],
        name,
        ...(user === undefined ? {} : { sentinelUsername: user }),
        ...(password === undefined ? {} : { sentinelPassword: password }),
      };
    }
  }
}

function toTls(config: KeyStoreConfig): RedisTls | undefined {
  if (!config.STRM_REDIS_TLS) return undefined;
  const files = { ca: 'STRM_REDIS_CA', cert: 'STRM_REDIS_CERT', key: 'STRM_REDIS_KEY' } as const;
  const { STRM_REDIS_SERVERNAME: servername } = config;
  const parts: RedisTls = Object.fromEntries(
    Object.entries(files).flatMap(([part, variable]) => {
      const path = config[variable];
      return path === undefined ? [] : [[part, readSettingFile(variable, path)]];
    }),
  );
  return { ...parts, ...(servername === undefined ? {} : { servername }) };
}
