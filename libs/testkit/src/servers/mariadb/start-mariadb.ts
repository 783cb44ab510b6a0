import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findSource } from '../find-source.ts';
import { freePort } from '../free-port.ts';
import { startTestServer } from '../test-server.ts';
import type { TestServer } from '../test-server.ts';
import type { ServerTls } from '../tls/server-tls.ts';
import { writeTlsFiles } from '../tls/write-tls-files.ts';

export interface MariaDbOptions {
  /** Encrypted connections only. */
  readonly tls?: ServerTls;
  /** Server options, such as `max_connections`. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

export interface MariaDbServer extends TestServer {
  /** May do everything. */
  readonly user: 'test';
  readonly password: 'test';
  /** Empty. */
  readonly database: 'test';
}

/** What makes a new data folder small, and a start fast. */
const small = [
  '--innodb-log-file-size=4M',
  '--innodb-buffer-pool-size=16M',
  '--innodb-flush-log-at-trx-commit=2',
];

/** Starts a MariaDB. Throws `ServerMissingError` where there is none. */
export async function startMariaDb(options: MariaDbOptions = {}): Promise<MariaDbServer> {
  const source = findSource('mariadb');
  const access = { user: 'test', password: 'test', database: 'test' } as const;
  // As root it runs only when it is told so.
  const common = ['--no-defaults', ...small, ...(process.getuid?.() === 0 ? ['--user=root'] : [])];
  const server = await startTestServer(source, async (folder) => {
    const port = await freePort();
    const data = join(folder, 'data');
    await source.run({
      program: 'mariadb-install-db',
      args: [...common, `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'],
      folder,
      logFile: join(folder, 'install.log'),
    });
    const initFile = join(folder, 'init.sql');
    writeFileSync(
      initFile,
      `CREATE USER IF NOT EXISTS '${access.user}'@'127.0.0.1' IDENTIFIED BY '${access.password}';
GRANT ALL ON *.* TO '${access.user}'@'127.0.0.1' WITH GRANT OPTION;
CREATE DATABASE IF NOT EXISTS ${access.database} CHARACTER SET utf8mb4;
`,
    );
    const files = options.tls && writeTlsFiles(folder, options.tls, source);
    const settings = {
      'bind-address': '127.0.0.1',
      port,
      socket: join(folder, 'socket'),
      'pid-file': join(folder, 'pid'),
      'init-file': initFile,
      ...(files && {
        'ssl-ca': files.ca,
        'ssl-cert': files.cert,
        'ssl-key': files.key,
        'require-secure-transport': 'ON',
      }),
      ...options.settings,
    };
    return {
      port,
      command: {
        program: 'mariadbd',
        args: [
          ...common,
          `--datadir=${data}`,
          // Reverse look-ups of names would take their time.
          '--skip-name-resolve',
          ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`),
        ],
      },
      isReady: (log) => log().includes('ready for connections'),
    };
  });
  return { ...server, ...access };
}
