import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@ccd/reconcile';
import type { Logger } from '@ccd/service';
import { errorFields } from '@ccd/service';
import type { ControlPlaneConfig } from './config.ts';
import type { Database } from './database/database.ts';
import { openPgliteDatabase } from './database/pglite-database.ts';
import { openPostgresDatabase } from './database/postgres-database.ts';
import { SecretsKeyError, parseSecretsKey, readOrMakeSecretsKey } from './secrets/secrets-key.ts';

/** The database that the configuration names, with the key of its secrets. @throws SecretsKeyError, FolderInUseError */
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
  // Replicas must share the key, so none of them may make one up.
  if (secretsKey === undefined)
    throw new SecretsKeyError('SECRETS_KEY is needed with DATABASE_ENGINE=postgres');
  const database = openPostgresDatabase({
    url: config.DATABASE_URL ?? '',
    clock,
    onError: (error) => {
      logger.warn({ error: errorFields(error) }, 'a connection to the database broke');
    },
  });
  return { database, secretsKey };
}

function keyOf({ SECRETS_KEY }: ControlPlaneConfig): Uint8Array | undefined {
  return SECRETS_KEY === undefined ? undefined : parseSecretsKey(SECRETS_KEY);
}
