import type { ServerTls } from '../tls/server-tls.ts';
import type { TlsFiles } from '../tls/write-tls-files.ts';

/** Lines of a `redis.conf`, by directive; a list stands for several lines. */
export type RedisSettings = Readonly<Record<string, string | number | readonly string[]>>;

/** Text of a configuration file. Values are quoted as Redis reads them, those of lists are lines as they are. */
export function toRedisConf(settings: RedisSettings): string {
  return Object.entries(settings)
    .flatMap(([directive, value]) =>
      typeof value === 'object'
        ? value.map((line) => `${directive} ${line}\n`)
        : [`${directive} ${JSON.stringify(String(value))}\n`],
    )
    .join('');
}

/** Settings of any Redis here: its port on the loopback, nothing on disk, a replica that syncs at once. */
export function baseSettings(port: number, tls?: ServerTls, files?: TlsFiles): RedisSettings {
  return {
    bind: '127.0.0.1',
    // In memory unless a test asks for `appendonly`.
    save: '',
    appendonly: 'no',
    'repl-diskless-sync-delay': 0,
    'repl-ping-replica-period': 1,
    'shutdown-timeout': 0,
    ...(tls === undefined || files === undefined
      ? { port }
      : {
          port: 0,
          'tls-port': port,
          'tls-ca-cert-file': files.ca,
          'tls-cert-file': files.cert,
          'tls-key-file': files.key,
          'tls-auth-clients': tls.clients === 'need a certificate' ? 'yes' : 'no',
          'tls-replication': 'yes',
          'tls-cluster': 'yes',
        }),
  };
}
