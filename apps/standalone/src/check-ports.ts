import { once } from 'node:events';
import { createServer } from 'node:net';
import { ListenError } from '@ccd/service';

/**
 * Tries the ports that the system is about to take: a person who forgot a running one should not have to wait until
 * half of another has started. 0, which the system chooses, is never taken.
 * @throws ListenError for the first that cannot be had
 */
export async function checkPorts(host: string, ports: readonly number[]): Promise<void> {
  for (const port of ports.filter((each) => each !== 0)) {
    const server = createServer();
    try {
      server.listen({ host, port });
      await once(server, 'listening');
    } catch (error) {
      throw new ListenError(host, port, error);
    }
    server.close();
    await once(server, 'close');
  }
}
