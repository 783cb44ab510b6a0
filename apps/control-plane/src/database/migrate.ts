import { createHash } from 'node:crypto';
import { textOf } from './columns.ts';
import type { Database, Queryable } from './database.ts';
import { sqlState } from './database.ts';
import type { Migration } from './migrations.ts';

/** The database was made by other code than this. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
  readonly migration: string;

  constructor(migration: string, problem: string) {
    super(`migration ${migration} ${problem}`);
    this.migration = migration;
  }
}

/** Any number; every replica has to use the same. */
const lockNumber = 7_246_093;

/**
 * Brings the schema up to date, in one transaction and under a lock, so that replicas that start together do it once.
 * @throws MigrationError when the database ran a step that is not among `migrations`, or another text of one
 */
export async function migrate(database: Database, migrations: readonly Migration[]): Promise<void> {
  try {
    await runMissing(database, migrations);
  } catch (error) {
    if (!madeMeanwhile.has(sqlState(error) ?? '')) throw error;
    await runMissing(database, migrations);
  }
}

/**
 * What a replica fails with that waited for the lock: it sees the database as it was before it waited, and makes again
 * what is there by now (unique_violation, duplicate_column, duplicate_table, duplicate_object, duplicate_function).
 */
const madeMeanwhile: ReadonlySet<string> = new Set(['23505', '42701', '42P07', '42710', '42723']);

async function runMissing(database: Database, migrations: readonly Migration[]): Promise<void> {
  const bringUpToDate = async (transaction: Queryable): Promise<void> => {
    await transaction.query('SELECT pg_advisory_xact_lock($1)', [lockNumber]);
    await transaction.query(
      'CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, checksum text NOT NULL)',
    );
    const done = await readDone(transaction);
    for (const name of done.keys()) {
      if (!migrations.some((migration) => migration.name === name)) {
        throw new MigrationError(name, 'is in the database and unknown here: this program is too old for it');
      }
    }
    for (const { name, sql } of migrations) {
      const checksum = createHash('sha256').update(sql).digest('hex');
      const known = done.get(name);
      if (known === checksum) continue;
      if (known !== undefined) throw new MigrationError(name, 'was changed after the database ran it');
      for (const statement of statementsOf(sql)) await transaction.query(statement);
      await transaction.query('INSERT INTO migrations (name, checksum) VALUES ($1, $2)', [name, checksum]);
    }
  };
  // For another replica's migrations, and on large tables.
  await database.transaction(bringUpToDate, { takesLong: true });
}

async function readDone(transaction: Queryable): Promise<ReadonlyMap<string, string>> {
  const rows = await transaction.query('SELECT name, checksum FROM migrations');
  return new Map(rows.map((row) => [textOf(row, 'name'), textOf(row, 'checksum')]));
}

/** Statements end with a semicolon, except within the body of a function between two `$$`. */
function statementsOf(sql: string): readonly string[] {
  return (sql.match(/(?:\$\$.*?\$\$|[^;])+/gs) ?? [])
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
