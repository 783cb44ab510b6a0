import { join } from 'node:path';
import { logInTo, setActiveProject, writeConfig } from '@ccd/cli';
import type { Clock } from '@ccd/reconcile';
import type { RunningStandalone } from './start-standalone.ts';

/** Leaves a configuration and a login with which `strm` finds this system. */
export async function prepareCli(
  folder: string,
  host: string,
  {
    credentials,
    grpcPort,
    authUrl,
    eventsUrl,
    webSocketUrl,
  }: Pick<RunningStandalone, 'credentials' | 'grpcPort' | 'authUrl' | 'eventsUrl' | 'webSocketUrl'>,
  clock: Clock,
): Promise<void> {
  await writeConfig(folder, {
    'api-host': `${host}:${grpcPort}`,
    'api-auth-url': authUrl,
    'events-api-url': eventsUrl,
    'web-socket-url': webSocketUrl,
  });
  const { admin, project } = credentials;
  const client = { clientId: admin.clientId, clientSecret: admin.clientSecret };
  const email = await logInTo(folder, { fetch: globalThis.fetch, clock, apiAuthUrl: authUrl, client });
  await setActiveProject(join(folder), email, project.name);
}
