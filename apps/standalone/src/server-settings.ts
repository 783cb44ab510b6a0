import { eventLogSettings, keySecretSettings, keyStoreSettings, storageSettings } from '@ccd/dataplane';
import { ConfigError, isSecret, loadConfig, readSettingFile, secretText, text } from '@ccd/service';
import type { Environment } from '@ccd/service';
import { destinationOf } from '@ccd/storage';
import { z } from 'zod';
import type { Bucket } from './engines.ts';

export const serverNames = ['kafka', 'redis', 'postgres', 's3'] as const;
export type ServerName = (typeof serverNames)[number];

type Settings = Readonly<Record<string, string>>;
type Schemas = Readonly<Record<string, z.ZodType>>;

/** Settings of the apps that say where a server is and how it is reached; each app checks its own. */
const settingsOf: Readonly<Record<ServerName, Schemas>> = {
  kafka: eventLogSettings,
  redis: Object.fromEntries(
    Object.entries(keyStoreSettings).filter(([name]) => !Object.hasOwn(keySecretSettings, name)),
  ),
  postgres: { DATABASE_URL: secretText(), SECRETS_KEY: secretText() },
  s3: storageSettings,
};

/** The bucket of the demo, in an S3 that is not one of our own. */
const bucketSettings = z.object({
  BUCKET: text().optional(),
  BUCKET_CREDENTIALS_FILE: text().optional(),
});

/** Of each server, the settings any of which says that a person has one. */
const addresses: Readonly<Record<ServerName, readonly string[]>> = {
  kafka: ['STRM_BOOTSTRAP_SERVERS'],
  redis: ['STRM_REDIS_HOST'],
  postgres: ['DATABASE_URL', 'DATABASE_URL_FILE'],
  s3: ['BUCKET', 'BUCKET_CREDENTIALS_FILE'],
};

const choice: Readonly<Record<ServerName, Settings>> = {
  kafka: { EVENTLOG_ENGINE: 'kafka' },
  redis: { KEYSTORE_ENGINE: 'redis' },
  postgres: { DATABASE_ENGINE: 'postgres' },
  s3: {},
};

export interface GivenServers {
  readonly controlPlane: Settings;
  readonly dataPlane: Settings;
  readonly bucket?: Bucket;
  /** Those that somebody has given, with the setting that says so. */
  readonly given: readonly (readonly [server: ServerName, setting: string])[];
  /** Those that nobody has given. */
  readonly missing: readonly ServerName[];
}

/** The servers that a person has and names in the environment, by the settings of the apps. @throws ConfigError */
export function readGivenServers(environment: Environment): GivenServers {
  const settingOf = (server: ServerName) =>
    addresses[server].find((name) => (environment[name] ?? '') !== '');
  const isGiven = (server: ServerName) => settingOf(server) !== undefined;
  const told = (server: ServerName): Settings =>
    isGiven(server) ? { ...choice[server], ...pick(environment, settingsOf[server]) } : {};
  const bucket = isGiven('s3') ? readBucket(environment) : undefined;
  return {
    controlPlane: told('postgres'),
    // Networks and authorities may also be those of further connectors.
    dataPlane: { ...told('kafka'), ...told('redis'), ...pick(environment, settingsOf.s3) },
    ...(bucket && { bucket }),
    given: serverNames.flatMap((server): readonly (readonly [ServerName, string])[] => {
      const setting = settingOf(server);
      return setting === undefined ? [] : [[server, setting]];
    }),
    missing: serverNames.filter((server) => !isGiven(server)),
  };
}

function pick(environment: Environment, schemas: Schemas): Settings {
  const names = Object.entries(schemas).flatMap(([name, schema]) =>
    isSecret(schema) ? [name, `${name}_FILE`] : [name],
  );
  return Object.fromEntries(
    names.flatMap((name) => {
      const { [name]: value } = environment;
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
}

function readBucket(environment: Environment): Bucket {
  const { BUCKET: name, BUCKET_CREDENTIALS_FILE: file } = loadConfig(bucketSettings, environment);
  if (name === undefined) throw missing('BUCKET', 'BUCKET_CREDENTIALS_FILE');
  if (file === undefined) throw missing('BUCKET_CREDENTIALS_FILE', 'BUCKET');
  const credentials = readSettingFile('BUCKET_CREDENTIALS_FILE', file);
  const destination = destinationOf({ type: 's3', bucket: name, credentials });
  const endpoint = destination.type === 's3' ? destination.endpoint : undefined;
  return { name, credentials, where: endpoint === undefined ? `s3://${name}` : `${endpoint}/${name}` };
}

const missing = (variable: string, other: string): ConfigError =>
  new ConfigError([{ variable, problem: `is not set, and ${other} is` }]);
