import pg from 'pg';
import { createGuardedSocket } from '../network/guarded-socket.ts';
import { toDatabaseError } from './database-errors.ts';
import type { ServerTarget } from './server-uri.ts';
import type { SessionOptions } from './session-options.ts';

/** Works with a PostgreSQL over a connection of its own. @throws the errors of the port */
export async function withPostgres<T>(
  { host, port, database, user, password, encrypted }: ServerTarget,
  { network, signal }: SessionOptions,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const connection = encrypted ? 'encrypted' : 'plain';
  const socket = createGuardedSocket({ host, port, connection, network });
  const abort = (): void => {
    socket.destroy();
  };
  const client = new pg.Client({
    ...{ host, port, database, user, stream: () => socket },
    // A function, since an empty text would be looked for in files and the environment.
    password: () => password,
    ssl: encrypted && { ...(network.ca !== undefined && { ca: network.ca }) },
  });
  // Whoever waits for an answer hears of it too.
  client.on('error', () => {});
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    await client.connect();
    const result = await work(client);
    await client.end();
    return result;
  } catch (error) {
    signal.throwIfAborted();
    throw toDatabaseError(error);
  } finally {
    signal.removeEventListener('abort', abort);
    socket.destroy();
  }
}
