import type { ConnectionOptions } from 'node:tls';
import { Cluster, Redis } from 'ioredis';
import type { Result } from 'ioredis';
import type { RedisOptions, RedisTls } from './options.ts';
import { claimSession, eraseSession, putLink } from './scripts.ts';

declare module 'ioredis' {
  // How ioredis wants its scripts typed: https://github.com/redis/ioredis#lua-scripting
  interface RedisCommander<Context> {
    ccdPutLink(link: string, entry: string, lifetimeMs: number): Result<string | null, Context>;
    ccdClaimSession(session: string, entry: string, now: number, lifetimeMs: number): Result<string, Context>;
    ccdEraseSession(
      session: string,
      tombstone: string,
      keyLink: string,
      lifetimeMs: number,
    ): Result<null, Context>;
  }
}

const scripts = {
  ccdPutLink: { lua: putLink, numberOfKeys: 1 },
  ccdClaimSession: { lua: claimSession, numberOfKeys: 1 },
  ccdEraseSession: { lua: eraseSession, numberOfKeys: 1 },
};

/** After a failover the old address may answer as a replica: connect anew, and send the command again. */
const onReadOnlyReplica = (error: Error): 2 | false => (error.message.startsWith('READONLY') ? 2 : false);

const soonerAtFirst = (attempt: number): number => Math.min(50 * attempt, 1_000);

/** Host names are checked against the certificate; a servername of its own is for proxies in between. */
const toTls = ({ ca, cert, key, servername }: RedisTls): ConnectionOptions => ({
  minVersion: 'TLSv1.2',
  ...(ca === undefined ? {} : { ca }),
  ...(cert === undefined ? {} : { cert }),
  ...(key === undefined ? {} : { key }),
  ...(servername === undefined ? {} : { servername }),
});

/** A client that connects with its first command, and again whenever the connection is lost. */
export function connectRedis(options: RedisOptions): Redis | Cluster {
  const { username, password, timeoutMs } = options;
  const tls = options.tls === undefined ? {} : { tls: toTls(options.tls) };
  const common = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...tls,
    scripts,
    lazyConnect: true,
    // Commands wait for a connection no longer than for an answer; the caller decides what comes then.
    commandTimeout: timeoutMs,
    connectTimeout: timeoutMs,
    // A server that is gone without a word is noticed by the command that it leaves unanswered.
    socketTimeout: 2 * timeoutMs,
    maxRetriesPerRequest: null,
    enableAutoPipelining: true,
    reconnectOnError: onReadOnlyReplica,
    // Needs a right of its own (CLIENT SETINFO), and says nothing that matters.
    disableClientInfo: true,
  };
  switch (options.mode) {
    case 'standalone':
      return new Redis({ ...common, host: options.host, port: options.port, retryStrategy: soonerAtFirst });
    case 'sentinel':
      return new Redis({
        ...common,
        sentinels: options.sentinels.map(({ host, port }) => ({ host, port })),
        name: options.name,
        ...(options.sentinelUsername === undefined ? {} : { sentinelUsername: options.sentinelUsername }),
        ...(options.sentinelPassword === undefined ? {} : { sentinelPassword: options.sentinelPassword }),
        ...(options.tls === undefined
          ? {}
          : { enableTLSForSentinelMode: true, sentinelTLS: toTls(options.tls) }),
        sentinelRetryStrategy: soonerAtFirst,
        retryStrategy: soonerAtFirst,
      });
    case 'cluster':
      return new Cluster([...options.nodes], {
        redisOptions: common,
        scripts,
        lazyConnect: true,
        enableAutoPipelining: true,
        clusterRetryStrategy: soonerAtFirst,
        slotsRefreshTimeout: timeoutMs,
      });
  }
}
