import { createConnection } from 'mysql2/promise';
import type { Connection } from 'mysql2/promise';
import { overSocket } from './over-socket.ts';
import type { ServerTarget } from './server-uri.ts';
import type { SessionOptions } from './session-options.ts';

/** Works with a MySQL or MariaDB over a connection of its own. @throws the errors of the port */
export function withMySql<T>(
  target: ServerTarget,
  options: SessionOptions,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const { host, port, database, user, password, encrypted } = target;
  const { ca } = options.network;
  return overSocket(target, options, async (socket) => {
    const connection = await createConnection({
      ...{ host, port, database, user, password },
      stream: () => socket.connect(port, host),
      // Else a server may ask for any file of ours.
      flags: ['-LOCAL_FILES'],
      disableEval: true,
      ...(encrypted && {
        ssl: { rejectUnauthorized: true, verifyIdentity: true, ...(ca !== undefined && { ca }) },
      }),
    });
    // Whoever waits for an answer hears of it too.
    connection.on('error', () => {});
    const result = await work(connection);
    await connection.end();
    return result;
  });
}
