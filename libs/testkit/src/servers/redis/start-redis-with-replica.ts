import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findSource } from '../find-source.ts';
import { freePort } from '../free-port.ts';
import { onAll } from '../server-group.ts';
import type { ServerSource } from '../source.ts';
import { startTestServer } from '../test-server.ts';
import type { ServerActions, TestServer } from '../test-server.ts';
import { toRedisConf } from './redis-config.ts';
import type { RedisSettings } from './redis-config.ts';
import { startRedisFrom } from './start-redis.ts';

/** A primary, its replica, and a sentinel that promotes the replica when the primary is lost. */
export interface ReplicatedRedis extends ServerActions {
  /** The name under which sentinels know the pair. */
  readonly name: 'primary';
  /** The two as they were at the start; after a failover the sentinel knows better. */
  readonly primary: TestServer;
  readonly replica: TestServer;
  readonly sentinel: TestServer;
}

/**
 * Starts all three; the replica has caught up and the sentinel knows it. The sentinel takes a primary for lost that is
 * silent for half a second.
 */
export async function startRedisWithReplica(
  options: { readonly settings?: RedisSettings } = {},
): Promise<ReplicatedRedis> {
  const source = findSource('redis');
  const started: TestServer[] = [];
  async function start(starting: Promise<TestServer>): Promise<TestServer> {
    const server = await starting;
    started.push(server);
    return server;
  }
  try {
    const primary = await start(startRedisFrom(source, options));
    const replica = await start(startReplica(source, primary.port, options.settings));
    const sentinel = await start(startSentinel(source, primary.port));
    return { name: 'primary', primary, replica, sentinel, ...onAll(started) };
  } catch (error) {
    await onAll(started).stop();
    throw error;
  }
}

async function startReplica(
  source: ServerSource,
  primaryPort: number,
  settings: RedisSettings = {},
): Promise<TestServer> {
  return startRedisFrom(source, {
    settings: { replicaof: [`127.0.0.1 ${primaryPort}`], ...settings },
  });
}

async function startSentinel(source: ServerSource, primaryPort: number): Promise<TestServer> {
  return startTestServer(source, async (folder) => {
    const port = await freePort();
    // A sentinel rewrites its file.
    const file = join(folder, 'sentinel.conf');
    writeFileSync(
      file,
      toRedisConf({
        bind: '127.0.0.1',
        port,
        dir: folder,
        sentinel: [
          `monitor primary 127.0.0.1 ${primaryPort} 1`,
          'down-after-milliseconds primary 500',
          'failover-timeout primary 2000',
        ],
      }),
    );
    return {
      port,
      command: { program: 'redis-server', args: [file, '--sentinel'] },
      isReady: (log) => log().includes('+slave slave'),
    };
  });
}
