import { createConnection } from 'mysql2/promise';
import type { Connection } from 'mysql2/promise';
import { createGuardedSocket } from '../network/guarded-socket.ts';
import { ownErrorIn } from '../remote/service-errors.ts';
import { toDatabaseError } from './database-errors.ts';
import type { ServerTarget } from './server-uri.ts';
import type { SessionOptions } from './session-options.ts';

/** Works with a MySQL or MariaDB over a connection of its own. @throws the errors of the port */
export async function withMySql<T>(
  { host, port, database, user, password, encrypted }: ServerTarget,
  { network, signal }: SessionOptions,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const socket = createGuardedSocket({
    ...{ host, port, network },
    connection: encrypted ? 'encrypted' : 'plain',
  });
  // The client passes on a copy.
  let refusal: Error | undefined;
  socket.on('error', (error) => {
    refusal ??= ownErrorIn(error);
  });
  const abort = (): void => {
    socket.destroy();
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    const connection = await createConnection({
      ...{ host, port, database, user, password },
      stream: () => socket.connect(port, host),
      // Else a server may ask for any file of ours.
      flags: ['-LOCAL_FILES'],
      disableEval: true,
      ...(encrypted && {
        ssl: {
          ...{ rejectUnauthorized: true, verifyIdentity: true },
          ...(network.ca !== undefined && { ca: network.ca }),
        },
      }),
    });
    // Whoever waits for an answer hears of it too.
    connection.on('error', () => {});
    const result = await work(connection);
    await connection.end();
    return result;
  } catch (error) {
    signal.throwIfAborted();
    throw refusal ?? toDatabaseError(error);
  } finally {
    signal.removeEventListener('abort', abort);
    socket.destroy();
  }
}
