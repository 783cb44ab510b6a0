import type { LookupAddress, lookup } from 'node:dns';
import { inspect } from 'node:util';
import {
  createTestCertificates,
  describeWithServers,
  startMariaDb,
  startPostgres,
  useServer,
} from '@ccd/testkit/servers';
import type { ServerTls, TestCertificates } from '@ccd/testkit/servers';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { AccessDeniedError, EndpointRefusedError, StorageUnavailableError } from '../errors.ts';
import { proveDatabase } from './prove-database.ts';
import type { ProveDatabaseOptions } from './prove-database.ts';

const allowedNetworks = [['127.0.0.0', 8, 'ipv4']] as const;
const password = 'p&q of a user';
const { signal } = new AbortController();
/** What a name server of somebody else's says, to whoever asks it for anything. */
function resolveTo(address: string, asked: string[] = []): typeof lookup {
  const resolve = (
    host: string,
    _options: object,
    done: (error: null, addresses: readonly LookupAddress[]) => void,
  ): void => {
    asked.push(host);
    done(null, [{ address, family: 4 }]);
  };
  return resolve as unknown as typeof lookup;
}

interface Server {
  readonly port: number;
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

interface Kind {
  readonly kind: 'postgres' | 'mariadb';
  readonly scheme: string;
  readonly plain: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly start: (tls?: ServerTls) => Promise<Server>;
}

const kinds: readonly Kind[] = [
  {
    ...{ kind: 'postgres', scheme: 'postgresql', plain: 'sslmode=disable', user: 'postgres' },
    ...{ password, database: 'postgres' },
    start: (tls) => startPostgres({ password, ...(tls && { tls }) }),
  },
  {
    ...{ kind: 'mariadb', scheme: 'mysql', plain: 'useSSL=false', user: 'test' },
    ...{ password: 'test', database: 'test' },
    start: (tls) => startMariaDb(tls ? { tls } : {}),
  },
];

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe.each(kinds)('proveDatabase with $kind', ({ kind, scheme, plain, start, ...login }) => {
  const uriOf = (
    port: number,
    {
      host = 'localhost',
      extra = '',
      ...changed
    }: Partial<Record<keyof typeof login | 'host' | 'extra', string>> = {},
  ): string => {
    const { user, password: secret, database } = { ...login, ...changed };
    return `jdbc:${scheme}://${host}:${port}/${database}?${new URLSearchParams({ user, password: secret }).toString()}${extra}`;
  };
  const prove = (uri: string, options: Partial<ProveDatabaseOptions> = {}): Promise<void> =>
    proveDatabase(
      { type: 'jdbc', uri, databaseType: kind === 'postgres' ? 'postgres' : 'mysql' },
      { signal, network: { allowedNetworks, resolve: resolveTo('127.0.0.1') }, ...options },
    );

  describeWithServers(kind, 'in the clear', () => {
    const server = useServer(() => start());
    const open = (changed: Parameters<typeof uriOf>[1] = {}): string =>
      uriOf(server().port, { extra: `&${plain}`, ...changed });

    it('succeeds where the server lets the user in, by name and by address', async () => {
      await prove(open());
      await expect(prove(open({ host: '127.0.0.1' }))).resolves.toBeUndefined();
    });

    it.each([
      [{ password: 'canary' }, /does not let the user in/],
      [{ user: 'nobody', password: 'canary' }, /does not let the user in/],
      [{ database: 'missing' }, /no such database/],
    ])('says that a person has to mend %j, without the password', async (changed, message) => {
      const error = await failureOf(prove(open(changed)));
      expect(error).toBeInstanceOf(AccessDeniedError);
      expect(error).toMatchObject({ message: expect.stringMatching(message) });
      expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/canary|p&q|password=/);
    });

    it('leaves out TLS nowhere but where the URI says so', async () => {
      const error = await failureOf(prove(open({ extra: '' })));
      expect(error).toBeInstanceOf(AccessDeniedError);
      expect(String(error)).toContain('does not speak TLS');
    });

    it.each(['127.0.0.1', '169.254.169.254', '10.1.2.3'])(
      'connects to no address that is not allowed, whatever the name: %s',
      async (address) => {
        const network = { resolve: resolveTo(address) };
        expect(await failureOf(prove(open(), { network }))).toBeInstanceOf(EndpointRefusedError);
        expect(await failureOf(prove(open({ host: address }), { network: {} }))).toBeInstanceOf(
          EndpointRefusedError,
        );
      },
    );

    it('connects to what was checked: the name is looked up once', async () => {
      const asked: string[] = [];
      const resolve = resolveTo('127.0.0.1', asked);
      await prove(open({ host: 'db.example' }), { network: { allowedNetworks, resolve } });
      expect(asked).toEqual(['db.example']);
    });

    it('speaks in the clear within allowed networks alone', async () => {
      const error = await failureOf(prove(open(), { network: { resolve: resolveTo('93.184.216.34') } }));
      expect(error).toBeInstanceOf(EndpointRefusedError);
      expect(String(error)).toContain('without TLS');
    });

    it('waits no longer than its deadline', async () => {
      await server().pause();
      try {
        const error = await failureOf(prove(open(), { deadlineMs: 300 }));
        expect(error).toBeInstanceOf(StorageUnavailableError);
        expect(String(error)).toContain('within 300 ms');
      } finally {
        await server().resume();
      }
    });

    it('ends when its signal aborts', async () => {
      const stop = new AbortController();
      await server().pause();
      try {
        const proof = failureOf(prove(open(), { signal: stop.signal }));
        stop.abort(new Error('no time left'));
        expect(await proof).toEqual(new Error('no time left'));
      } finally {
        await server().resume();
      }
    });
  });

  describeWithServers(kind, 'over TLS', () => {
    let certificates: TestCertificates;
    beforeAll(async () => {
      certificates = await createTestCertificates();
    });
    const trusting = (ca: string) => ({
      network: { allowedNetworks, ca, resolve: resolveTo('127.0.0.1') },
    });

    it('succeeds with a certificate for the host of an authority that is trusted, and no other', async () => {
      const { ca, strangeCa, server: its } = certificates;
      const server = await start({ ca, server: its });
      try {
        const uri = uriOf(server.port);
        await prove(uri, trusting(ca));
        expect(await failureOf(prove(uri, trusting(strangeCa)))).toBeInstanceOf(StorageUnavailableError);
        const other = uriOf(server.port, { host: 'elsewhere.example' });
        expect(await failureOf(prove(other, trusting(ca)))).toBeInstanceOf(StorageUnavailableError);
      } finally {
        await server.stop();
      }
    });

    it('refuses a certificate that has expired', async () => {
      const { ca, expiredServer } = certificates;
      const server = await start({ ca, server: expiredServer });
      try {
        expect(await failureOf(prove(uriOf(server.port), trusting(ca)))).toBeInstanceOf(
          StorageUnavailableError,
        );
      } finally {
        await server.stop();
      }
    });
  });
});
