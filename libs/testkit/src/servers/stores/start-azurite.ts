import { randomBytes } from 'node:crypto';
import { findSource } from '../find-source.ts';
import { freePort } from '../free-port.ts';
import { accepts, startTestServer } from '../test-server.ts';
import type { TestServer } from '../test-server.ts';
import type { ServerTls } from '../tls/server-tls.ts';
import { writeTlsFiles } from '../tls/write-tls-files.ts';

export interface AzuriteOptions {
  /** HTTPS instead of HTTP; bearer tokens are taken then as well, by their issuer, audience and times alone. */
  readonly tls?: Omit<ServerTls, 'clients'>;
}

/** A blob service without containers. */
export interface AzuriteServer extends TestServer {
  /** The URL of the account's blob service. */
  readonly endpoint: string;
  readonly account: string;
  /** The account's key, base64. */
  readonly accountKey: string;
}

/** Starts an Azurite on a folder. Throws `ServerMissingError` where there is none. */
export async function startAzurite({ tls }: AzuriteOptions = {}): Promise<AzuriteServer> {
  const source = findSource('azurite');
  const account = `test${randomBytes(6).toString('hex')}`;
  const accountKey = randomBytes(64).toString('base64');
  const server = await startTestServer(source, async (folder) => {
    const port = await freePort();
    const files = tls && writeTlsFiles(folder, tls, source);
    return {
      port,
      command: {
        program: 'azurite-blob',
        args: [
          ...['--blobHost', '127.0.0.1', '--blobPort', String(port), '--location', folder],
          // The clients of today are ahead of the versions that it knows.
          ...['--silent', '--disableTelemetry', '--skipApiVersionCheck'],
          ...(files === undefined ? [] : ['--cert', files.cert, '--key', files.key, '--oauth', 'basic']),
        ],
        env: { AZURITE_ACCOUNTS: `${account}:${accountKey}` },
      },
      isReady: () => accepts(port),
    };
  });
  const scheme = tls === undefined ? 'http' : 'https';
  return { ...server, endpoint: `${scheme}://127.0.0.1:${server.port}/${account}`, account, accountKey };
}
