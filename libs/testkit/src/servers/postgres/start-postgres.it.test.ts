import { existsSync } from 'node:fs';
import { afterEach, expect, it } from '@jest/globals';
import pg from 'pg';
import type { ClientConfig } from 'pg';
import { createTestCertificates, describeWithServers, startPostgres, useServer } from '../index.ts';
import type { PostgresServer } from '../index.ts';

const clients: pg.Client[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()));
});

async function connectTo(
  { host, port, user, database }: PostgresServer,
  options: ClientConfig = {},
): Promise<pg.Client> {
  const client = new pg.Client({ host, port, user, database, ...options });
  client.on('error', () => {});
  await client.connect();
  clients.push(client);
  return client;
}

describeWithServers('postgres', 'startPostgres', () => {
  const server = useServer(() => startPostgres());

  it('keeps what was committed through a kill, and through a proper restart that clients do not hold up', async () => {
    const client = await connectTo(server());
    await client.query('CREATE TABLE kept (value text)');
    await client.query(`INSERT INTO kept VALUES ('one')`);
    await server().kill();
    await expect(connectTo(server())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await server().restart();
    const second = await connectTo(server());
    await second.query(`INSERT INTO kept VALUES ('two')`);
    await server().restart();
    const third = await connectTo(server());
    await expect(third.query('SELECT value FROM kept ORDER BY 1')).resolves.toMatchObject({
      rows: [{ value: 'one' }, { value: 'two' }],
    });
  });

  it('answers nothing while it is paused, its sessions included', async () => {
    const client = await connectTo(server());
    await server().pause();
    const answer = client.query('SELECT 1 AS one');
    await expect(connectTo(server(), { connectionTimeoutMillis: 100 })).rejects.toThrow('timeout');
    await server().resume();
    await expect(answer).resolves.toMatchObject({ rows: [{ one: 1 }] });
  });

  it('is gone with its folder when it is stopped', async () => {
    const other = await startPostgres();
    await connectTo(other);
    await other.stop();
    expect(existsSync(other.folder)).toBe(false);
    await expect(connectTo(other)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describeWithServers('postgres', 'startPostgres, with TLS', () => {
  it('lets in who has the password and the certificate, encrypted', async () => {
    const { ca, server: its, client: own } = await createTestCertificates({ client: 'postgres' });
    const server = await startPostgres({
      tls: { ca, server: its, clients: 'need a certificate' },
      password: 'secret',
    });
    try {
      const ssl = { ca, ...own };
      const client = await connectTo(server, { password: 'secret', ssl });
      await expect(
        client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'),
      ).resolves.toMatchObject({ rows: [{ ssl: true }] });
      await expect(connectTo(server, { password: 'wrong', ssl })).rejects.toMatchObject({ code: '28P01' });
      await expect(connectTo(server, { password: 'secret', ssl: { ca } })).rejects.toMatchObject({
        code: '28000',
      });
      await expect(connectTo(server, { password: 'secret' })).rejects.toMatchObject({ code: '28000' });
    } finally {
      await Promise.all(clients.splice(0).map((client) => client.end()));
      await server.stop();
    }
  });
});
