import { systemClock } from '@ccd/reconcile';
import { createGuardedAgents } from '../network/guarded-agents.ts';
import type { ObjectStore, StorageLocation } from '../port.ts';
import { HttpClient } from '../remote/http-client.ts';
import { createRemoteStore } from '../remote/remote-store.ts';
import { remoteDefaults } from '../remote/remote-options.ts';
import type { RemoteOptions } from '../remote/remote-options.ts';
import { createGcsDriver } from './gcs-driver.ts';
import { createGoogleToken } from '../google/google-token.ts';
import { googleTokenUrl, parseServiceAccount } from '../google/service-account.ts';

export interface GcsStoreOptions extends RemoteOptions {
  /** What stands in for Google's own endpoints. */
  readonly google?: { readonly api: string; readonly token: string };
}

const scope = 'https://www.googleapis.com/auth/devstorage.read_write';

/** A bucket of Google Cloud Storage, as a service account. @throws InvalidLocationError for any other credentials */
export function connectGcsStore(
  { bucket, credentials }: Extract<StorageLocation, { type: 'gcs' }>,
  options: GcsStoreOptions = {},
): ObjectStore {
  const { partBytes, attempts, attemptMs, network } = { ...remoteDefaults, ...options };
  const { api, token: tokenUrl } = options.google ?? {
    api: 'https://storage.googleapis.com',
    token: googleTokenUrl,
  };
  const account = parseServiceAccount(credentials);
  const agents = createGuardedAgents(network);
  const http = new HttpClient({ agents, attempts, attemptMs });
  const token = createGoogleToken({ account, scope, http, tokenUrl, clock: systemClock });
  return createRemoteStore(
    createGcsDriver({
      ...{ http, token, bucket, api, partBytes, attempts },
      close: () => {
        agents.destroy();
      },
    }),
  );
}
