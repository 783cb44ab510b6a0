import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { inspect } from 'node:util';
import { createTestCertificates } from '@ccd/testkit/servers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { StorageUnavailableError } from '../errors.ts';
import { proveDatabase } from './prove-database.ts';
import type { ProveDatabaseOptions } from './prove-database.ts';

const { signal } = new AbortController();
const allowedNetworks = [['127.0.0.0', 8, 'ipv4']] as const;
const kinds = [
  { scheme: 'postgresql', plain: '&sslmode=disable' },
  { scheme: 'mysql', plain: '&useSSL=false' },
];

/** Sends a packet that does not end: what a client keeps until it is whole. */
function flood(socket: Socket, packet: Buffer): void {
  const zeros = Buffer.alloc(64 * 1_024);
  const more = (): void => {
    while (socket.writable && socket.write(zeros));
  };
  socket.on('drain', more).on('error', () => {});
  socket.write(packet);
  more();
}

/** A message of PostgreSQL of a GiB. */
const hugeMessage = Buffer.from([...Buffer.from('N'), 0x40, 0, 0, 0]);
/** A packet of MySQL that others continue. */
const hugePacket = Buffer.from([0xff, 0xff, 0xff, 0]);

describe(proveDatabase, () => {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  });
  async function listen(server: Server): Promise<number> {
    servers.push(server);
    server.on('connection', (socket: Socket) => {
      sockets.add(socket.on('error', () => {}));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }
  const prove = (uri: string, options: Partial<ProveDatabaseOptions> = {}): Promise<unknown> =>
    proveDatabase(
      { type: 'jdbc', uri, databaseType: 'x' },
      { signal, network: { allowedNetworks }, ...options },
    ).catch((error: unknown) => error);
  const uriOf = (scheme: string, port: number, extra: string): string =>
    `jdbc:${scheme}://localhost:${port}/d?user=u&password=canary${extra}`;

  it.each(kinds.flatMap(({ scheme, plain }) => ['', plain].map((extra) => ({ scheme, extra }))))(
    'takes what is no database for one that is away: $scheme$extra',
    async ({ scheme, extra }) => {
      const silent = await listen(createServer());
      const closing = await listen(createServer((socket) => socket.end('no database\r\n')));
      for (const port of [silent, closing]) {
        const error = await prove(uriOf(scheme, port, extra), { deadlineMs: 300 });
        expect(error).toBeInstanceOf(StorageUnavailableError);
        expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary');
      }
    },
  );

  it.each([
    { scheme: 'postgresql', extra: '&sslmode=disable', packet: hugeMessage },
    { scheme: 'mysql', extra: '&useSSL=false', packet: hugePacket },
  ])('keeps no more than an answer can have: $scheme', async ({ scheme, extra, packet }) => {
    const port = await listen(
      createServer((socket) => {
        flood(socket, packet);
      }),
    );
    expect(String(await prove(uriOf(scheme, port, extra)))).toContain('more than an answer can have');
  });

  it('keeps no more over TLS either', async () => {
    const { ca, server } = await createTestCertificates();
    const encrypted = createTlsServer({ cert: server.cert, key: server.key }, (socket) => {
      flood(
        socket.on('error', () => {}),
        hugeMessage,
      );
    });
    const port = await listen(
      createServer((socket) => {
        socket.once('data', () => {
          socket.write('S');
          encrypted.emit('connection', socket);
        });
      }),
    );
    const error = await prove(uriOf('postgresql', port, ''), { network: { allowedNetworks, ca } });
    expect(String(error)).toContain('more than an answer can have');
  });

  it('serves no other types', async () => {
    const location = { type: 'jdbc', uri: 'jdbc:snowflake://x', databaseType: 'snowflake' } as const;
    await expect(proveDatabase(location, { signal })).rejects.toThrow(/Served: PostgreSQL, MySQL/);
  });
});
