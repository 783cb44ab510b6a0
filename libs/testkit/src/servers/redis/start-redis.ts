import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findSource } from '../find-source.ts';
import { keptPort } from '../kept.ts';
import type { ServerSource } from '../source.ts';
import { startTestServer } from '../test-server.ts';
import type { TestServer } from '../test-server.ts';
import type { ServerTls } from '../tls/server-tls.ts';
import { writeTlsFiles } from '../tls/write-tls-files.ts';
import { baseSettings, toRedisConf } from './redis-config.ts';
import type { RedisSettings } from './redis-config.ts';

export interface RedisOptions {
  /** Encrypted connections only. */
  readonly tls?: ServerTls;
  /** Lines of ACLs, such as `app on >secret ~key:* +get +set`; `default off` shuts out who has no name. */
  readonly users?: readonly string[];
  /** Directives of `redis.conf`, such as `appendonly` or `maxmemory`. */
  readonly settings?: RedisSettings;
  /**
   * A folder for its data, settings and ports that is kept when it is stopped, and taken up again by the next start;
   * absent: one that goes with it.
   */
  readonly home?: string;
}

/** Starts a Redis, in memory unless `settings` say otherwise. Throws `ServerMissingError` where there is none. */
export async function startRedis(options: RedisOptions = {}): Promise<TestServer> {
  return startRedisFrom(findSource('redis'), options);
}

export async function startRedisFrom(source: ServerSource, options: RedisOptions): Promise<TestServer> {
  return startTestServer(
    source,
    async (folder) => {
      const port = await keptPort(options.home, 'port');
      const file = join(folder, 'redis.conf');
      const files = options.tls && writeTlsFiles(folder, options.tls, source);
      writeFileSync(
        file,
        toRedisConf({
          ...baseSettings(port, options.tls, files),
          dir: folder,
          ...(options.users && { user: options.users }),
          ...options.settings,
        }),
      );
      return {
        port,
        command: { program: 'redis-server', args: [file] },
        isReady: (log) => log().includes('Ready to accept connections'),
      };
    },
    options.home,
  );
}
