import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { systemClock } from '@ccd/reconcile';
import { eventually, scratchDir } from '@ccd/testkit';
import { createTestCertificates, describeWithServers, startPostgres, useServer } from '@ccd/testkit/servers';
import type { PostgresServer } from '@ccd/testkit/servers';
import { afterEach, expect, it } from '@jest/globals';
import pg from 'pg';
import { describeDatabaseContract } from '../testing/database-contract.ts';
import { DatabaseUnavailableError } from './database-unavailable-error.ts';
import type { Database, Queryable } from './database.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations.ts';
import { openPostgresDatabase } from './postgres-database.ts';
import type { PostgresOptions } from './postgres-database.ts';

const folder = scratchDir();
type Limits = Pick<PostgresOptions, 'answerWithinMs' | 'poolSize'>;

const opened: Database[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.close()));
});

const urlOf = ({ user, host, port, database }: PostgresServer, rest = ''): string =>
  `postgres://${user}@${host}:${port}/${database}${rest}`;

function open(url: string, patienceMs = 10_000, limits: Limits = {}): Database {
  const options = { url, clock: systemClock, patienceMs, onError: () => {}, ...limits };
  const database = openPostgresDatabase(options);
  opened.push(database);
  return database;
}

describeWithServers('postgres', 'PostgreSQL', () => {
  const server = useServer(() => startPostgres());

  describeDatabaseContract('PostgreSQL', async () =>
    openPostgresDatabase({ url: urlOf(server()), clock: systemClock, onError: () => {} }),
  );
});

describeWithServers('postgres', 'openPostgresDatabase, whose server fails', () => {
  const server = useServer(() => startPostgres());
  const insert = (queryable: Queryable, id: string) =>
    queryable.query('INSERT INTO things VALUES ($1)', [id]);
  const things = async (database: Queryable): Promise<readonly unknown[]> =>
    (await database.query('SELECT id FROM things ORDER BY id')).map(({ id }) => id);
  async function withThings(patienceMs?: number): Promise<Database> {
    const database = open(urlOf(server()), patienceMs);
    await database.query('DROP TABLE IF EXISTS things');
    await database.query('CREATE TABLE things (id text PRIMARY KEY)');
    return database;
  }
  /** As an administrator, or a failover, would. */
  async function terminateOthers(): Promise<void> {
    const admin = new pg.Client({ connectionString: urlOf(server()) });
    await admin.connect();
    await admin.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ccd-control-plane'",
    );
    await admin.end();
  }

  it('runs a transaction again whose connection was terminated before it committed', async () => {
    const database = await withThings();
    let attempts = 0;
    await database.transaction(async (transaction) => {
      attempts += 1;
      await insert(transaction, `thing ${attempts}`);
      if (attempts === 1) await terminateOthers();
      await insert(transaction, 'another');
    });
    await expect(things(database)).resolves.toEqual(['another', 'thing 2']);
  });

  it('reads through a restart, and goes on after it', async () => {
    const database = await withThings();
    await insert(database, 'before');
    await server().kill();
    const reading = things(database);
    await server().restart();
    await expect(reading).resolves.toEqual(['before']);
    await database.transaction((transaction) => insert(transaction, 'after'));
    await expect(things(database)).resolves.toEqual(['after', 'before']);
    await eventually('changes are heard of again', () => database.changes.isLive());
  });

  it('says that a change outside a transaction may have taken place, and does not repeat it', async () => {
    const database = await withThings();
    await server().kill();
    try {
      await expect(insert(database, 'a')).rejects.toMatchObject({
        outcome: 'it is not known whether it was changed',
      });
    } finally {
      await server().restart();
    }
  });

  it('gives up on a server that stays away, and says that nothing was changed', async () => {
    const database = await withThings(200);
    await server().kill();
    try {
      const refused = database.transaction((transaction) => insert(transaction, 'a'));
      await expect(refused).rejects.toThrow(DatabaseUnavailableError);
      await expect(refused).rejects.toMatchObject({ outcome: 'nothing was changed' });
    } finally {
      await server().restart();
    }
  });
});

describeWithServers('postgres', 'openPostgresDatabase, whose server hangs or has become a standby', () => {
  const server = useServer(() => startPostgres());
  const count = async (database: Queryable): Promise<unknown> =>
    (await database.query('SELECT count(*)::int AS n FROM things'))[0]?.['n'];
  async function withThings(patienceMs: number, limits: Limits): Promise<Database> {
    const database = open(urlOf(server()), patienceMs, limits);
    await database.query('DROP TABLE IF EXISTS things');
    await database.query('CREATE TABLE things (id text)');
    return database;
  }
  const insert = (database: Database) =>
    database.transaction((transaction) => transaction.query("INSERT INTO things VALUES ('a')"));

  it('gives up on a server that hangs, and goes on when it does', async () => {
    const database = await withThings(500, { answerWithinMs: 200 });
    await server().pause();
    try {
      await expect(insert(database)).rejects.toMatchObject({ outcome: 'nothing was changed' });
      await expect(count(database)).rejects.toThrow(DatabaseUnavailableError);
    } finally {
      await server().resume();
    }
    await insert(database);
    await expect(count(database)).resolves.toBe(1);
  });

  it('leaves a connection on which it may only read, as to what was the primary before a failover', async () => {
    const database = await withThings(2_000, { poolSize: 1 });
    await database.query('SET default_transaction_read_only = on');
    await insert(database);
    await expect(count(database)).resolves.toBe(1);
  });
});

describeWithServers('postgres', 'migrate on PostgreSQL', () => {
  const server = useServer(() => startPostgres());
  const answerWithinMs = 100;

  it('waits for another replica longer than for the answer to anything else', async () => {
    const holder = new pg.Client({ connectionString: urlOf(server()) });
    await holder.connect();
    await holder.query('SELECT pg_advisory_lock(7246093)');
    const migrated = migrate(open(urlOf(server()), 0, { answerWithinMs }), migrations);
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE wait_event = 'advisory'
      AND clock_timestamp() - query_start > interval '${3 * answerWithinMs} milliseconds'`;
    await eventually('it waits', async () => (await holder.query(waiting)).rowCount === 1);
    await holder.query('SELECT pg_advisory_unlock(7246093)');
    await expect(migrated).resolves.toBeUndefined();
    await holder.end();
  });

  it('lets a step take its time', async () => {
    const long = { name: '9999-long', sql: `SELECT pg_sleep(${(3 * answerWithinMs) / 1_000})` };
    const database = open(urlOf(server()), 0, { answerWithinMs });
    await expect(migrate(database, [...migrations, long])).resolves.toBeUndefined();
  });
});

describeWithServers('postgres', 'openPostgresDatabase over TLS', () => {
  const certificates = createTestCertificates();

  it('takes a server that proves its name, and no other', async () => {
    const { ca, server, expiredServer, serverOfOtherHost, strangeServer } = await certificates;
    const authorities = join(folder, 'ca.pem');
    writeFileSync(authorities, ca);
    const answerOf = async (certificate: typeof server): Promise<unknown> => {
      const started = await startPostgres({ tls: { ca, server: certificate } });
      try {
        const database = open(urlOf(started, `?sslmode=verify-full&sslrootcert=${authorities}`), 0);
        return await database.query('SELECT 1 AS one').catch((error: unknown) => String(error));
      } finally {
        await Promise.all(opened.splice(0).map((database) => database.close()));
        await started.stop();
      }
    };
    await expect(answerOf(server)).resolves.toEqual([{ one: 1 }]);
    await expect(answerOf(expiredServer)).resolves.toMatch(/certificate has expired/);
    await expect(answerOf(serverOfOtherHost)).resolves.toMatch(/does not match certificate/);
    await expect(answerOf(strangeServer)).resolves.toMatch(/certificate/);
  });
});
