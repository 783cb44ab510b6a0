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

/** After a failover the old address may answer as a replica: connect anew. */
const onReadOnlyReplica = (error: Error): boolean => isFromReplica(error);
const isFromReplica = (error: Error): boolean => error.message.startsWith('READONLY');

/** What ioredis says of a command whose connection was lost, or not there. */
const lostConnection = [
  'Reached the max retries per request limit',
  "Stream isn't writeable",
  "Cluster isn't ready",
  'Command aborted due to connection close',
  'Connection is closed',
];

/** Whether a command may have better luck over the next connection. */
export const isConnectionLost = (error: unknown): boolean =>
  error instanceof Error &&
  (isFromReplica(error) || lostConnection.some((beginning) => error.message.startsWith(beginning)));

const soonerAtFirst = (attempt: number): number => Math.min(50 * attempt, 1_000);

/** The host is checked against the certificate; a servername of its own is for proxies, and for announced addresses. */
const toTls = ({ ca, cert, key, servername }: RedisTls): ConnectionOptions => ({
  minVersion: 'TLSv1.2',
  ...(ca === undefined ? {} : { ca }),
  ...(cert === undefined ? {} : { cert }),
  ...(key === undefined ? {} : { key }),
  ...(servername === undefined ? {} : { servername }),
});

/**
 * A client that connects when it is told to, and again whenever the connection is lost. It keeps no command for a later
 * connection (`isConnectionLost`): whoever gave it may have given it up.
 */
export function connectRedis(options: RedisOptions): Redis | Cluster {
  const { username, password, timeoutMs } = options;
  const tls = options.tls === undefined ? {} : { tls: toTls(options.tls) };
  const common = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...tls,
    scripts,
    lazyConnect: true,
    commandTimeout: timeoutMs,
    connectTimeout: timeoutMs,
    // A server that is gone without a word is noticed by the command that it leaves unanswered.
    socketTimeout: 2 * timeoutMs,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
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
        sentinelCommandTimeout: timeoutMs,
        sentinelRetryStrategy: soonerAtFirst,
        retryStrategy: soonerAtFirst,
      });
    case 'cluster':
      return new Cluster([...options.nodes], {
        redisOptions: common,
        scripts,
        lazyConnect: true,
        // Needs a right of its own (CLUSTER INFO); each command is told whether the cluster is down.
        enableReadyCheck: false,
        // Names stay names, which certificates are checked for: the connection resolves them.
        dnsLookup: (host, callback) => {
          callback(null, host);
        },
        enableOfflineQueue: false,
        enableAutoPipelining: true,
        clusterRetryStrategy: soonerAtFirst,
        slotsRefreshTimeout: timeoutMs,
      });
  }
}
