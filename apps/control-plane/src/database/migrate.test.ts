import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { scratchDir } from '@ccd/testkit';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations.ts';
import { openMemoryDatabase, openPgliteDatabase } from './pglite-database.ts';

describe(migrate, () => {
  let database: Database;
  beforeAll(async () => {
    database = await openMemoryDatabase();
  });
  afterAll(() => database.close());

  it('makes the schema once and changes nothing the second time', async () => {
    await migrate(database, migrations);
    await migrate(database, migrations);
    await expect(database.query('SELECT count(*)::int AS n FROM migrations')).resolves.toEqual([
      { n: migrations.length },
    ]);
  });

  it('looks again where another replica has made the schema while this one waited', async () => {
    let attempts = 0;
    const waiting: Database = {
      ...database,
      transaction(work, options) {
        attempts += 1;
        if (attempts > 1) return database.transaction(work, options);
        return Promise.reject(Object.assign(new Error('it exists already'), { code: '42P07' }));
      },
    };
    await migrate(waiting, migrations);
    expect(attempts).toBe(2);
  });

  it('refuses a step that was changed after it ran', async () => {
    const changed = migrations.map((each, index) => (index === 0 ? { ...each, sql: 'SELECT 1' } : each));
    await expect(migrate(database, changed)).rejects.toThrow('was changed after the database ran it');
  });

  it('refuses a database of a newer program', async () => {
    await expect(migrate(database, migrations.slice(0, 1))).rejects.toThrow('this program is too old for it');
  });

  it('leaves nothing of a step that fails', async () => {
    const broken = { name: '9999-broken', sql: 'CREATE TABLE half (a int); SELECT nonsense' };
    await expect(migrate(database, [...migrations, broken])).rejects.toThrow('nonsense');
    await expect(database.query("SELECT to_regclass('half') AS half")).resolves.toEqual([{ half: null }]);
  });
});

describe(openPgliteDatabase, () => {
  const folder = scratchDir();

  it('keeps what was committed, and its folder to one process', async () => {
    const first = await openPgliteDatabase(folder);
    await first.query('CREATE TABLE kept (a int)');
    await expect(openPgliteDatabase(folder)).rejects.toMatchObject({ name: 'FolderInUseError', folder });
    await first.close();
    const second = await openPgliteDatabase(folder);
    await expect(second.query('SELECT a FROM kept')).resolves.toEqual([]);
    await expect(second.query('SHOW fsync')).resolves.toEqual([{ fsync: 'on' }]);
    await second.close();
  });
});
