import { bytesOf } from '../database/columns.ts';
import type { Queryable } from '../database/database.ts';
import type { SecretBox } from './secret-box.ts';
import { SecretBoxError } from './secret-box.ts';
import { SecretsKeyError } from './secrets-key.ts';

/**
 * Opens a secret of the database, so that a start with the key of another one fails at once, and not at the first log in.
 * @throws SecretsKeyError
 */
export async function checkSecretsKey(database: Queryable, secrets: SecretBox): Promise<void> {
  const [row] = await database.query('SELECT secret FROM clients ORDER BY realm, client_id LIMIT 1');
  if (row === undefined) return;
  try {
    secrets.open(bytesOf(row, 'secret'));
  } catch (cause) {
    if (!(cause instanceof SecretBoxError)) throw cause;
    throw new SecretsKeyError('SECRETS_KEY is not the key of the secrets in this database', { cause });
  }
}
