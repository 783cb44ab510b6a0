import { randomUUID } from 'node:crypto';
import type * as jestGlobals from '@jest/globals';
import { eventually } from '@ccd/testkit';
import { changesChannel } from '../database/change-feed.ts';
import type { Database, Queryable } from '../database/database.ts';
import { migrate } from '../database/migrate.ts';
import { migrations } from '../database/migrations.ts';

// The globals of jest and not its module, which cannot be loaded outside a test: benches import this entry too.
declare const { afterAll, beforeAll, describe, expect, it }: typeof jestGlobals;

/**
 * What every engine of the control plane promises.
 * @param open another process's view of the same database; the embedded engine has one process, so the same again
 */
export function describeDatabaseContract(name: string, open: () => Promise<Database>): void {
  describe(`database contract: ${name}`, () => {
    let one: Database | undefined;
    let other: Database | undefined;
    const there = (database: Database | undefined): Database => {
      if (database === undefined) throw new Error('the database is open only while tests run');
      return database;
    };
    const ours = (): Database => there(one);
    const theirs = (): Database => there(other);
    beforeAll(async () => {
      one = await open();
      other = await open();
      await one.query('CREATE TABLE IF NOT EXISTS counters (id text PRIMARY KEY, n int NOT NULL)');
    });
    afterAll(async () => {
      await one?.close();
      if (other !== one) await other?.close();
    });

    const newCounter = async (): Promise<string> => {
      const id = randomUUID();
      await ours().query('INSERT INTO counters VALUES ($1, 0)', [id]);
      return id;
    };
    const valueOf = async (id: string, where: Queryable = ours()): Promise<unknown> =>
      (await where.query('SELECT n FROM counters WHERE id = $1', [id]))[0]?.['n'];
    const increment = async (transaction: Queryable, id: string): Promise<void> => {
      const n = Number(await valueOf(id, transaction));
      await transaction.query('UPDATE counters SET n = $2 WHERE id = $1', [id, n + 1]);
    };

    it('gives values in the types that stores expect', async () => {
      const time = new Date(1_767_225_600_123);
      const bytes = Uint8Array.of(0, 1, 255);
      const [row] = await ours().query(
        'SELECT $1::timestamptz AS time, $2::bytea AS bytes, $3::bigint AS big, $4::text[] AS texts, $5::boolean AS yes',
        [time, bytes, 2n ** 53n - 1n, ['a', 'ü'], true],
      );
      expect(row?.['time']).toEqual(time);
      expect(Buffer.from(row?.['bytes'] as Uint8Array)).toEqual(Buffer.from(bytes));
      expect(BigInt(row?.['big'] as string)).toBe(2n ** 53n - 1n);
      expect(row?.['texts']).toEqual(['a', 'ü']);
      expect(row?.['yes']).toBe(true);
    });

    it('shows a transaction to others once it is committed, and nothing of one that throws', async () => {
      const id = await newCounter();
      await ours().transaction((transaction) => increment(transaction, id));
      await expect(valueOf(id, theirs())).resolves.toBe(1);
      const failing = ours().transaction(async (transaction) => {
        await increment(transaction, id);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      await expect(valueOf(id, theirs())).resolves.toBe(1);
    });

    it('loses no change of transactions that race', async () => {
      const id = await newCounter();
      await Promise.all(
        [ours(), theirs(), ours(), theirs(), ours()].map((database) =>
          database.transaction((transaction) => increment(transaction, id)),
        ),
      );
      await expect(valueOf(id)).resolves.toBe(5);
    });

    it('tells every process of a change when it is committed, and of none that was not', async () => {
      const heard: string[] = [];
      for (const database of [ours(), theirs()]) {
        await eventually('the feed', () => database.changes.isLive());
        database.changes.subscribe({
          changed: ({ table, id }) => heard.push(`${table}/${id}`),
          missed: () => {},
        });
      }
      const tell = (transaction: Queryable, what: string) =>
        transaction.query('SELECT pg_notify($1, $2)', [changesChannel, what]);
      const failing = ours().transaction(async (transaction) => {
        await tell(transaction, 'things/rolled-back');
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      await theirs().transaction((transaction) => tell(transaction, 'things/a'));
      await eventually('the change, in both', () => heard.length >= 2);
      expect(heard).toEqual(['things/a', 'things/a']);
    });

    it('is brought up to date by replicas that start together, once', async () => {
      await Promise.all([ours(), theirs(), ours()].map((database) => migrate(database, migrations)));
      const [row] = await ours().query('SELECT count(*)::int AS n FROM migrations');
      expect(row).toEqual({ n: migrations.length });
    });
  });
}
