import { join } from 'node:path';
import type { Clock } from '@ccd/reconcile';
import { logIn } from './auth/log-in.ts';
import type { ClientCredentials } from './auth/token-endpoint.ts';
import { createActiveProjects } from './config/active-projects.ts';
import { loginFileName } from './config/config-folder.ts';

export interface FolderLogin {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly apiAuthUrl: string;
  /** A personal credential of the realm `users`. */
  readonly client: Required<ClientCredentials>;
}

/**
 * Logs in as `strm auth login` does, into a configuration folder, for whoever sets one up for a person. Answers with
 * the account's e-mail address.
 * @throws CliError
 */
export async function logInTo(folder: string, login: FolderLogin): Promise<string> {
  const { email } = await logIn({ ...login, file: join(folder, loginFileName(login.apiAuthUrl)) });
  return email;
}

/** Makes a project the active one of an account. */
export async function setActiveProject(folder: string, email: string, project: string): Promise<void> {
  await createActiveProjects(folder).setProject(email, project);
}
