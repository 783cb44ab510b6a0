import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const keyBytes = 32;

/** The key of the database's secrets is absent, is none, or is that of another database. Does not quote it. */
export class SecretsKeyError extends Error {
  override readonly name = 'SecretsKeyError';
}

/** Reads a key of 32 bytes in base64. @throws SecretsKeyError */
export function parseSecretsKey(text: string): Uint8Array {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length === keyBytes) return key;
  throw new SecretsKeyError(`SECRETS_KEY must be ${keyBytes} bytes in base64`);
}

/** The key in the folder, made on the first call, for its owner alone. @throws SecretsKeyError */
export function readOrMakeSecretsKey(folder: string): Uint8Array {
  const path = join(folder, 'secrets.key');
  try {
    const file = openSync(path, 'wx', 0o600);
    writeSync(file, `${randomBytes(keyBytes).toString('base64')}\n`);
    fsyncSync(file);
    closeSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return parseSecretsKey(readFileSync(path, 'utf8'));
}
