import { existsSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { createConnection } from 'mariadb';
import type { Connection, ConnectionConfig } from 'mariadb';
import { createTestCertificates, describeWithServers, startMariaDb, useServer } from '../index.ts';
import type { MariaDbServer } from '../index.ts';

async function ask(
  { host, port, user, password, database }: MariaDbServer,
  question: string,
  options: ConnectionConfig = {},
): Promise<unknown> {
  const connection: Connection = await createConnection({
    ...{ host, port, user, password, database, connectTimeout: 500 },
    ...options,
  });
  connection.on('error', () => {});
  try {
    return await connection.query(question);
  } finally {
    connection.destroy();
  }
}

describeWithServers('mariadb', 'startMariaDb', () => {
  const server = useServer(() => startMariaDb());

  it('keeps what was committed through a kill', async () => {
    await ask(server(), 'CREATE TABLE kept (value INT)');
    await ask(server(), 'INSERT INTO kept VALUES (1)');
    await server().kill();
    await server().restart();
    await expect(ask(server(), 'SELECT value FROM kept')).resolves.toEqual([{ value: 1 }]);
  });

  it('answers nothing while it is paused', async () => {
    await server().pause();
    await expect(ask(server(), 'SELECT 1 AS one')).rejects.toThrow('timeout');
    await server().resume();
    await expect(ask(server(), 'SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
  });
});

describeWithServers('mariadb', 'startMariaDb, with TLS', () => {
  it('takes encrypted connections only, and is gone with its folder when it is stopped', async () => {
    const { ca, server: its } = await createTestCertificates();
    const server = await startMariaDb({ tls: { ca, server: its } });
    try {
      await expect(ask(server, 'SELECT 1 AS one', { ssl: { ca } })).resolves.toEqual([{ one: 1 }]);
      await expect(ask(server, 'SELECT 1 AS one')).rejects.toMatchObject({ errno: 1045 });
    } finally {
      await server.stop();
    }
    expect(existsSync(server.folder)).toBe(false);
  });
});
