import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startToxicProxy } from '../../toxic-proxy.ts';
import { findSource } from '../find-source.ts';
import { freePort } from '../free-port.ts';
import { onAll } from '../server-group.ts';
import type { ServerSource } from '../source.ts';
import { startTestServer } from '../test-server.ts';
import type { ServerActions, TestServer } from '../test-server.ts';
import type { ServerTls } from '../tls/server-tls.ts';
import { writeTlsFiles } from '../tls/write-tls-files.ts';
import { baseSettings, toRedisConf } from './redis-config.ts';
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

export interface LaggingRedis extends ReplicatedRedis {
  /** From now on the replica hears nothing of what the primary is told, and neither of them notices. */
  stopReplication(): void;
}

export interface ReplicatedRedisOptions {
  readonly settings?: RedisSettings;
  /** Encrypted connections only, to all three and between them. */
  readonly tls?: ServerTls;
}

/**
 * Starts all three; the replica has caught up and the sentinel knows it. The sentinel takes a primary for lost that is
 * silent for half a second.
 */
export async function startRedisWithReplica(options: ReplicatedRedisOptions = {}): Promise<ReplicatedRedis> {
  return startThree(options, (primaryPort) => primaryPort, 2_000);
}

/** The same with a replica whose changes can be lost on their way: a paused one would read them when it goes on. */
export async function startRedisWithLaggingReplica(): Promise<LaggingRedis> {
  const proxies: { poison: () => void; stop: () => Promise<void> }[] = [];
  const startProxy = async (primaryPort: number): Promise<number> => {
    const proxy = await startToxicProxy(primaryPort);
    const poison = (): void => {
      proxy.poison({ kind: 'swallow', afterBytes: 0 });
    };
    proxies.push({ poison, stop: () => proxy.stop() });
    return proxy.port;
  };
  // Sooner, and the sentinel would point the replica straight at the primary.
  const servers = await startThree({}, startProxy, 600_000);
  return {
    ...servers,
    stopReplication() {
      for (const proxy of proxies) proxy.poison();
    },
    async stop() {
      await Promise.all([servers.stop(), ...proxies.map((proxy) => proxy.stop())]);
    },
  };
}

async function startThree(
  options: ReplicatedRedisOptions,
  portForReplica: (primaryPort: number) => number | Promise<number>,
  failoverTimeoutMs: number,
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
    const replicaof = [`127.0.0.1 ${await portForReplica(primary.port)}`];
    const settings = { replicaof, ...options.settings };
    const replica = await start(startRedisFrom(source, { ...options, settings }));
    const sentinel = await start(startSentinel(source, primary.port, failoverTimeoutMs, options.tls));
    return { name: 'primary', primary, replica, sentinel, ...onAll(started) };
  } catch (error) {
    await onAll(started).stop();
    throw error;
  }
}

async function startSentinel(
  source: ServerSource,
  primaryPort: number,
  failoverTimeoutMs: number,
  tls?: ServerTls,
): Promise<TestServer> {
  return startTestServer(source, async (folder) => {
    const port = await freePort();
    const files = tls && writeTlsFiles(folder, tls, source);
    // A sentinel rewrites its file.
    const file = join(folder, 'sentinel.conf');
    writeFileSync(
      file,
      toRedisConf({
        ...baseSettings(port, tls, files),
        dir: folder,
        sentinel: [
          `monitor primary 127.0.0.1 ${primaryPort} 1`,
          'down-after-milliseconds primary 500',
          `failover-timeout primary ${failoverTimeoutMs}`,
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
