import type { DatabaseSync } from 'node:sqlite';
import { createCatalog } from './catalog.ts';
import { createOffsetStore } from './offsets.ts';
import { createOutcomeStore } from './outcomes.ts';
import { createRecordStore } from './records.ts';
import { createTableStore } from './tables.ts';
import { createTransactionStore } from './transactions.ts';
import { createUpkeep } from './upkeep.ts';

export interface StoreOptions {
  readonly now: () => number;
  readonly maxRecordBytes: number;
  readonly tombstoneMs: number;
}

/** Everything that the engine keeps, over one database. Writes run inside the committer's transactions. */
export function createStore(db: DatabaseSync, options: StoreOptions) {
  const catalog = createCatalog(db);
  return {
    catalog,
    records: createRecordStore(db, catalog, options),
    offsets: createOffsetStore(db, catalog),
    transactions: createTransactionStore(db),
    outcomes: createOutcomeStore(db, options.now),
    tables: createTableStore(db),
    upkeep: createUpkeep(db, catalog, options),
  };
}

export type Store = ReturnType<typeof createStore>;
