import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import type { Transaction } from '@electric-sql/pglite';
import { failpoint } from '@ccd/failpoints';
import { systemClock } from '@ccd/reconcile';
import { changesChannel, createChangeSource } from './change-feed.ts';
import type { Database, Row, SqlValue } from './database.ts';
import { retryLostRaces } from './database.ts';
import { DurableNodeFs, durableStartParameters } from './durable-node-fs.ts';
import { lockFolder } from './folder-lock.ts';

/** Written when the first start is through: without it, what stands in the folder is half a database. */
const initialisedMark = 'initialised';

/**
 * PostgreSQL in this process, on a folder of its own.
 * @throws FolderInUseError
 */
export async function openPgliteDatabase(folder: string): Promise<Database> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const unlock = lockFolder(folder);
  try {
    const data = join(folder, 'data');
    // A power cut during the very first start leaves a database that opens and is empty: make it again.
    if (!existsSync(join(folder, initialisedMark))) rmSync(data, { recursive: true, force: true });
    const engine = await PGlite.create({
      fs: new DurableNodeFs(data),
      startParams: durableStartParameters(PGlite.defaultStartParams),
    });
    await markInitialised(folder, data);
    return await toDatabase(engine, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

/** The same engine in memory, gone when it is closed. */
export async function openMemoryDatabase(): Promise<Database> {
  return toDatabase(await PGlite.create(), () => {});
}

async function toDatabase(engine: PGlite, onClose: () => void): Promise<Database> {
  const changes = createChangeSource();
  await engine.listen(changesChannel, (row) => {
    changes.tell(row);
  });
  changes.setLive(true);
  return {
    changes,
    query: (sql, parameters = []) => run(engine, sql, parameters),
    transaction: (work) =>
      retryLostRaces(
        async () => {
          const result = await engine.transaction(async (transaction) => {
            const done = await work({ query: (sql, parameters = []) => run(transaction, sql, parameters) });
            failpoint('controlPlane.beforeCommit');
            return done;
          });
          failpoint('controlPlane.afterCommit');
          return result;
        },
        { clock: systemClock },
      ),
    async close() {
      await engine.close();
      onClose();
    },
  };
}

async function run(
  engine: PGlite | Transaction,
  sql: string,
  parameters: readonly SqlValue[],
): Promise<readonly Row[]> {
  const { rows } = await engine.query<Row>(sql, [...parameters]);
  return rows;
}

async function markInitialised(folder: string, data: string): Promise<void> {
  const mark = join(folder, initialisedMark);
  if (existsSync(mark)) return;
  for (const entry of readdirSync(data, { recursive: true, withFileTypes: true })) {
    await sync(join(entry.parentPath, entry.name));
  }
  const file = await open(mark, 'w');
  await file.sync();
  await file.close();
  await sync(folder);
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync();
  await handle.close();
}
