import { isIP } from 'node:net';
import { DatabaseUriError } from '../errors.ts';
import type { Connection } from '../network/guarded-lookup.ts';

/** A database of a server that is logged in to. */
export interface ServerTarget {
  readonly type: 'postgres' | 'mysql';
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** TLS, with a certificate that is good for the host. It is left out only where the URI says so. */
  readonly encrypted: boolean;
}

interface Dialect {
  readonly port: number;
  /** Properties of TLS and their values in lower case; those in `plain` leave it out. */
  readonly tls: Readonly<Record<string, Record<Connection, readonly string[]>>>;
  /** Further properties of Java's drivers, of no meaning here. */
  readonly ignored: readonly string[];
}

const dialects: Readonly<Record<ServerTarget['type'], Dialect>> = {
  postgres: {
    port: 5_432,
    tls: {
      ssl: { plain: ['false'], encrypted: ['true', ''] },
      sslmode: {
        plain: ['disable'],
        encrypted: ['allow', 'prefer', 'require', 'verify-ca', 'verify-full'],
      },
    },
    ignored: [
      ...['ApplicationName', 'connectTimeout', 'currentSchema', 'loginTimeout', 'socketTimeout'],
      'tcpKeepAlive',
    ],
  },
  mysql: {
    port: 3_306,
    tls: {
      useSSL: { plain: ['false'], encrypted: ['true'] },
      sslMode: {
        plain: ['disabled', 'disable'],
        encrypted: ['preferred', 'required', 'verify_ca', 'verify_identity', 'verify-ca', 'verify-full'],
      },
    },
    ignored: [
      ...['allowPublicKeyRetrieval', 'characterEncoding', 'connectTimeout', 'serverTimezone'],
      ...['socketTimeout', 'tcpKeepAlive', 'useUnicode'],
    ],
  },
};

const hostName = /^(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])$/i;

/**
 * Reads `jdbc:<scheme>://host[:port]/database?user=…&password=…`.
 * @throws DatabaseUriError, which quotes nothing of the URI
 */
export function parseServerUri(type: ServerTarget['type'], uri: string): ServerTarget {
  const dialect = dialects[type];
  // A plus sign stands for a space to PostgreSQL's driver for Java, and for itself to MySQL's.
  const text = type === 'mysql' ? uri.replaceAll('+', '%2B') : uri;
  const url = URL.parse(text.slice('jdbc:'.length));
  if (url === null || !hostName.test(url.hostname)) {
    throw new DatabaseUriError('it does not name one host, as jdbc:<scheme>://host:port/database does');
  }
  if (url.username !== '' || url.password !== '') {
    throw new DatabaseUriError('user and password belong into the properties user and password');
  }
  if (url.hash !== '') throw new DatabaseUriError('a # in it has to be written %23');
  const properties = readProperties(url, [
    'user',
    'password',
    ...Object.keys(dialect.tls),
    ...dialect.ignored,
  ]);
  const user = properties.get('user') ?? '';
  if (user === '') throw new DatabaseUriError('it has no property user');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const encrypted = isEncrypted(dialect, properties);
  // mysql2 would look for a certificate of the name localhost.
  if (type === 'mysql' && encrypted && isIP(host) !== 0) {
    throw new DatabaseUriError('a MySQL is reached over TLS by its name, not by its address');
  }
  return {
    type,
    host,
    port: url.port === '' ? dialect.port : Number(url.port),
    database: databaseOf(url),
    user,
    password: properties.get('password') ?? '',
    encrypted,
  };
}

function readProperties({ searchParams }: URL, known: readonly string[]): ReadonlyMap<string, string> {
  const properties = new Map<string, string>();
  for (const [name, value] of searchParams) {
    // Not quoted: it may be what follows an & in a password.
    if (!known.includes(name)) {
      throw new DatabaseUriError(`it has a property that is none of ${known.join(', ')}`);
    }
    if (properties.has(name)) throw new DatabaseUriError(`it has the property ${name} twice`);
    properties.set(name, value);
  }
  return properties;
}

function databaseOf({ pathname }: URL): string {
  const name = decode(pathname.slice(1));
  if (name === undefined || !/^[^/\p{Cc}]{1,255}$/u.test(name)) {
    throw new DatabaseUriError('it does not name one database after the host');
  }
  return name;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function isEncrypted({ tls }: Dialect, properties: ReadonlyMap<string, string>): boolean {
  let encrypted = true;
  for (const [name, values] of Object.entries(tls)) {
    const value = properties.get(name)?.toLowerCase();
    if (value === undefined || values.encrypted.includes(value)) continue;
    if (!values.plain.includes(value)) {
      const known = [...values.plain, ...values.encrypted].filter((each) => each !== '');
      throw new DatabaseUriError(`its property ${name} is none of ${known.join(', ')}`);
    }
    encrypted = false;
  }
  return encrypted;
}
