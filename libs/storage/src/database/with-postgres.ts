import pg from 'pg';
import { overSocket } from './over-socket.ts';
import type { ServerTarget } from './server-uri.ts';
import type { SessionOptions } from './session-options.ts';

/** Works with a PostgreSQL over a connection of its own. @throws the errors of the port */
export function withPostgres<T>(
  target: ServerTarget,
  options: SessionOptions,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const { host, port, database, user, password, encrypted } = target;
  const { ca } = options.network;
  return overSocket(target, options, async (socket) => {
    const client = new pg.Client({
      ...{ host, port, database, user, stream: () => socket },
      // A function, since an empty text would be looked for in files and the environment.
      password: () => password,
      ssl: encrypted && { ...(ca !== undefined && { ca }) },
    });
    // Whoever waits for an answer hears of it too.
    client.on('error', () => {});
    await client.connect();
    const result = await work(client);
    await client.end();
    return result;
  });
}
