import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@ccd/reconcile';
import type { Logger } from '@ccd/service';
import { ConfigError, errorFields } from '@ccd/service';
import type { ControlPlaneConfig } from './config.ts';
import type { Database } from './database/database.ts';
import { openPgliteDatabase } from './database/pglite-database.ts';
import { openPostgresDatabase } from './database/postgres-database.ts';
import { SecretsKeyError, parseSecretsKey, readOrMakeSecretsKey } from './secrets/secrets-key.ts';

/** The database that the configuration names, with the key of its secrets. @throws ConfigError, SecretsKeyError, FolderInUseError */
export async function openDatabase(
  config: ControlPlaneConfig,
  { clock, logger }: { readonly clock: Pick<Clock, 'sleep' | 'monotonic'>; readonly logger: Logger },
): Promise<{ readonly database: Database; readonly secretsKey: Uint8Array }> {
  if (config.DATABASE_ENGINE === 'pglite') {
    mkdirSync(config.DATA_DIR, { recursive: true, mode: 0o700 });
    const database = await openPgliteDatabase(join(config.DATA_DIR, 'database'));
    return { database, secretsKey: keyOf(config) ?? readOrMakeSecretsKey(config.DATA_DIR) };
  }
  const secretsKey = keyOf(config);
  const url = config.DATABASE_URL;
  // Replicas must share the key, so none of them may make one up; a database of its own choice is nobody's wish either.
  if (secretsKey === undefined || url === undefined) {
    throw new ConfigError(
      [
        ...(url === undefined ? ['DATABASE_URL'] : []),
        ...(secretsKey === undefined ? ['SECRETS_KEY'] : []),
      ].map((variable) => ({ variable, problem: 'is not set, and DATABASE_ENGINE is postgres' })),
    );
  }
  const database = openPostgresDatabase({
    url,
    clock,
    onError: (error) => {
      logger.warn({ error: errorFields(error) }, 'a connection to the database broke');
    },
  });
  return { database, secretsKey };
}

function keyOf({ SECRETS_KEY }: ControlPlaneConfig): Uint8Array | undefined {
  if (SECRETS_KEY === undefined) return undefined;
  try {
    return parseSecretsKey(SECRETS_KEY);
  } catch (error) {
    if (!(error instanceof SecretsKeyError)) throw error;
    const variable = 'SECRETS_KEY';
    throw new ConfigError([
      { variable, problem: 'has a value that is not accepted', accepted: '32 bytes in base64' },
    ]);
  }
}
