import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findSource } from '../find-source.ts';
import { keptPort } from '../kept.ts';
import type { ServerSource } from '../source.ts';
import { startTestServer } from '../test-server.ts';
import type { TestServer } from '../test-server.ts';
import type { ServerTls } from '../tls/server-tls.ts';
import { writeTlsFiles } from '../tls/write-tls-files.ts';
import type { TlsFiles } from '../tls/write-tls-files.ts';
import { accessRules } from './access-rules.ts';

export interface PostgresOptions {
  /** Encrypted connections only. A client that must show a certificate is the user that its `CN` names. */
  readonly tls?: ServerTls;
  /** The password of every user; nobody needs one unless said. */
  readonly password?: string;
  /** Lines of `postgresql.conf`, such as `max_connections`. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /**
   * A folder for its data, settings and ports that is kept when it is stopped, and taken up again by the next start;
   * absent: one that goes with it.
   */
  readonly home?: string;
}

export interface PostgresServer extends TestServer {
  /** The superuser. */
  readonly user: 'postgres';
  readonly database: 'postgres';
}

/** Starts a PostgreSQL with an empty database. Throws `ServerMissingError` where there is none. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const source = findSource('postgres');
  const server = await startTestServer(
    source,
    async (folder) => {
      const port = await keptPort(options.home, 'port');
      const data = join(folder, 'data');
      if (!existsSync(data)) await initialise(source, folder, data, options.password);
      const files = options.tls && writeTlsFiles(folder, options.tls, source);
      writeFileSync(join(data, 'pg_hba.conf'), accessRules(options));
      const settings = { ...baseSettings(port, folder), ...tlsSettings(files), ...options.settings };
      return {
        port,
        command: {
          program: 'postgres',
          args: [
            '-D',
            data,
            ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
          ],
        },
        // SIGTERM waits for all clients to leave.
        shutDownSignal: 'SIGINT',
        isReady: (log) => log().includes('database system is ready to accept connections'),
      };
    },
    options.home,
  );
  return { ...server, user: 'postgres', database: 'postgres' };
}

async function initialise(
  source: ServerSource,
  folder: string,
  data: string,
  password: string | undefined,
): Promise<void> {
  // Under another name, so that what has its name is complete.
  const made = `${data}.new`;
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made, { mode: 0o700 });
  source.adopt(made);
  const passwordFile = join(folder, 'password');
  if (password !== undefined) {
    writeFileSync(passwordFile, password, { mode: 0o600 });
    source.adopt(passwordFile);
  }
  await source.run({
    program: 'initdb',
    args: [
      ...['-D', made, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale', 'C'],
      ...['--no-sync', '--no-instructions'],
      ...(password === undefined ? [] : ['--pwfile', passwordFile]),
    ],
    folder,
    logFile: join(folder, 'initdb.log'),
  });
  renameSync(made, data);
}

/** What a process that is killed has handed to the system is not lost: only a loss of power needs `fsync`. */
function baseSettings(port: number, folder: string): Readonly<Record<string, string | number>> {
  return {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: folder,
    fsync: 'off',
    full_page_writes: 'off',
    shared_buffers: '16MB',
    max_connections: 50,
  };
}

function tlsSettings(files: TlsFiles | undefined): Readonly<Record<string, string>> {
  return files === undefined
    ? {}
    : { ssl: 'on', ssl_ca_file: files.ca, ssl_cert_file: files.cert, ssl_key_file: files.key };
}
