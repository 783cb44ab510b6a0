import { rm } from 'node:fs/promises';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import { readTextIfAny, writePrivateFile } from '../config/private-file.ts';

const schema = z.object({
  accessToken: z.string().min(1),
  refreshToken: z.string().default(''),
  /** Seconds since the epoch, some before the token really ends. */
  expiresAt: z.number(),
  email: z.string().min(1),
  /** The client that the refresh token was given to; the login of a person without one is that of `cli`. */
  clientId: z.string().optional(),
});

/** A login as it is kept in a file. */
export type Login = z.output<typeof schema>;

/** @throws CliError when the file is there and cannot be used */
export async function readLogin(path: string): Promise<Login | undefined> {
  const content = await readTextIfAny(path);
  if (content === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(content));
  } catch (cause) {
    throw new CliError(`${path} does not hold a login; log in again with: strm auth login`, { cause });
  }
}

/** Only its owner may read the file. */
export async function writeLogin(path: string, login: Login): Promise<void> {
  await writePrivateFile(path, `${JSON.stringify(login, null, 4)}\n`);
}

export async function removeLogin(path: string): Promise<void> {
  await rm(path, { force: true });
}

/**
 * The account that an access token speaks for.
 * @throws CliError where the token does not say
 */
export function emailOf(accessToken: string): string {
  const complaint = 'the authentication server gave a token without an e-mail address';
  try {
    const { email } = decodeJwt(accessToken);
    if (typeof email === 'string' && email !== '') return email;
  } catch (cause) {
    throw new CliError(complaint, { cause });
  }
  throw new CliError(complaint);
}
