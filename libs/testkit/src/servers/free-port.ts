import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';

/**
 * Below the range from which systems take ports for outgoing connections: a port that is free now stays free until the
 * server takes it, and across its restarts, unless another test server picks the same.
 */
const [lowest, highest] = [15_000, 32_000];

const given = new Set<number>();

/** A port of the loopback interface that nobody listens on, another one each time. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = randomInt(lowest, highest);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`no free port between ${lowest} and ${highest}`);
}

/** Whether nobody listens on a port of the loopback interface. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
