import { systemClock } from '@ccd/reconcile';
import { createGuardedAgents } from '../network/guarded-agents.ts';
import type { ObjectStore } from '../port.ts';
import { HttpClient } from '../remote/http-client.ts';
import { createRemoteStore } from '../remote/remote-store.ts';
import { remoteDefaults } from '../remote/remote-options.ts';
import type { RemoteOptions } from '../remote/remote-options.ts';
import { assertContainerName, parseAzureAccount } from './azure-account.ts';
import type { AzureLocation } from './azure-account.ts';
import { createAuthoriser, parseAzureCredentials } from './azure-credentials.ts';
import { createAzureDriver } from './azure-driver.ts';

export interface AzureStoreOptions extends RemoteOptions {
  /** What stands in for Microsoft's login. */
  readonly loginUrl?: string;
}

/**
 * A container of Azure Blob Storage, as an application (client secret), with a key of the account, or with a shared
 * access signature.
 * @throws InvalidLocationError for an account, container or credentials that can be none
 */
export function connectAzureStore(location: AzureLocation, options: AzureStoreOptions = {}): ObjectStore {
  const { partBytes, attempts, attemptMs, network } = { ...remoteDefaults, ...options };
  assertContainerName(location.container);
  const account = parseAzureAccount(location.accountUri);
  const credentials = parseAzureCredentials(location);
  const agents = createGuardedAgents(network);
  const http = new HttpClient({ agents, attempts, attemptMs });
  return createRemoteStore(
    createAzureDriver({
      ...{ http, partBytes, container: `${account.url}/${location.container}` },
      authoriser: createAuthoriser(credentials, {
        account: { ...account, ...(options.loginUrl !== undefined && { loginUrl: options.loginUrl }) },
        ...{ http, clock: systemClock },
      }),
      now: () => systemClock.now(),
      close: () => {
        agents.destroy();
      },
    }),
  );
}
