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

/** Keeps what the first start gave out. @throws CredentialsLostError, UnreadableFileError */
export function keepCredentials(dataDir: string, given: Credentials | undefined): Promise<Credentials> {
  const path = join(dataDir, 'installation.json');
  return loadOrMake(path, credentialsSchema, () => {
    if (given === undefined) throw new CredentialsLostError(path);
    return credentialsSchema.parse(given);
  });
}
