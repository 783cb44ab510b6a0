import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { loadOrMake } from './kept-file.ts';

const client = z.object({ clientId: z.string(), clientSecret: z.string() });
const credentialsSchema = z.object({
  installation: client.extend({ id: z.string() }),
  admin: client.extend({ email: z.string() }),
  project: z.object({ id: z.string(), name: z.string() }),
});

/** What the first start of the control plane gave out. */
export type Credentials = z.infer<typeof credentialsSchema>;

/** The control plane has been started before, and what it gave out then is not at hand. */
export class CredentialsLostError extends Error {
  override readonly name = 'CredentialsLostError';
  constructor(path: string) {
    super(
      `${path} is missing, and the control plane shows these credentials only once; ` +
        'put it back from a backup, or remove the data folder to start afresh',
    );
  }
}

/** The database of the control plane is new, and the data folder is that of another one. */
export class CredentialsStaleError extends Error {
  override readonly name = 'CredentialsStaleError';
  constructor(path: string) {
    super(
      `the database of the control plane is empty, and ${path} is of another one; ` +
        'put that database back from a backup, or give this one a data folder of its own',
    );
  }
}

/** Keeps what the first start gave out. @throws CredentialsLostError, CredentialsStaleError, UnreadableFileError */
export async function keepCredentials(dataDir: string, given: Credentials | undefined): Promise<Credentials> {
  const path = join(dataDir, 'installation.json');
  if (given !== undefined && existsSync(path)) throw new CredentialsStaleError(path);
  return loadOrMake(path, credentialsSchema, () => {
    if (given === undefined) throw new CredentialsLostError(path);
    return credentialsSchema.parse(given);
  });
}
