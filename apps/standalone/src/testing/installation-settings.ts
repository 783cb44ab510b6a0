import type { Credentials } from '../credentials.ts';
import { grpcPort } from './rig.ts';

/** How an app of the data plane reaches the control plane and says whose it is. */
export function installationSettings(
  host: string,
  authUrl: string,
  { installation }: Pick<Credentials, 'installation'>,
) {
  return {
    STRM_API_HOST: host,
    STRM_API_PORT: `${grpcPort}`,
    STRM_API_TLS: 'false',
    STRM_AUTH_URL: authUrl,
    STRM_AUTH_CLIENT_ID: installation.clientId,
    STRM_AUTH_CLIENT_SECRET: installation.clientSecret,
    STRM_INSTALLATION_ID: installation.id,
  };
}
