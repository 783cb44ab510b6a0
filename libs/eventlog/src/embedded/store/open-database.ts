import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/**
 * One row per record; `id` is the partition's row id times 2^36 plus the offset, so that a partition lies together and
 * is read in one walk. 2^17 partitions of 2^36 records fit into the integers that JavaScript holds exactly.
 */
const layout = `
  CREATE TABLE topics (
    id INTEGER PRIMARY KEY, uid TEXT NOT NULL, name TEXT NOT NULL UNIQUE,
    cleanup TEXT NOT NULL, retention_ms INTEGER
  ) STRICT;
  -- topic is null once the topic is deleted: its records are then removed piece by piece.
  CREATE TABLE partitions (
    id INTEGER PRIMARY KEY AUTOINCREMENT, topic INTEGER, partition INTEGER NOT NULL,
    next INTEGER NOT NULL, earliest INTEGER NOT NULL, cleaned INTEGER NOT NULL, swept INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE records (
    id INTEGER PRIMARY KEY, timestamp INTEGER NOT NULL, stored_at INTEGER NOT NULL,
    key BLOB, value BLOB, headers BLOB
  ) STRICT;
  -- For compaction: the offset of the newest record of each key among the first partitions.cleaned ones.
  CREATE TABLE newest (
    partition INTEGER NOT NULL, key BLOB NOT NULL, offset INTEGER NOT NULL, PRIMARY KEY (partition, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE offsets (
    owner TEXT NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL, metadata TEXT,
    PRIMARY KEY (owner, partition)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE transactional_ids (id TEXT PRIMARY KEY, epoch INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  -- Outcomes of the latest writes of each client, in a ring of slots, so that a retry is answered and not repeated.
  CREATE TABLE outcomes (
    client TEXT NOT NULL, slot INTEGER NOT NULL, sequence INTEGER NOT NULL, result TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (client, slot)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE tables (
    name TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (name, key)
  ) STRICT, WITHOUT ROWID;
  PRAGMA user_version = 1;
`;

/** A data folder written by a release with another layout. */
export class LayoutVersionError extends Error {
  override readonly name = 'LayoutVersionError';
  readonly version: number;
  constructor(version: number) {
    super(`the event log's data has layout version ${version}; this release reads version 1`);
    this.version = version;
  }
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/**
 * Opens the engine's database, making it where there is none. `:memory:` is a database that goes with the process.
 * Commits are durable when they return (WAL with synchronous=FULL), also through a power cut; what is deleted is
 * overwritten, since it may be an erased key. The files are for their owner alone.
 * @throws LayoutVersionError
 */
export function openDatabase(path: string): DatabaseSync {
  // Only its owner may read it; SQLite gives the files beside it the same mode.
  if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
  const db = new DatabaseSync(path, { timeout: 10_000 });
  try {
    // Must precede the first table, or free pages could never be handed back.
    db.exec('PRAGMA auto_vacuum = INCREMENTAL');
    db.exec(`
      PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000;
      PRAGMA cache_size = -16000; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;
    `);
    if (process.platform === 'darwin') db.exec('PRAGMA fullfsync = 1; PRAGMA checkpoint_fullfsync = 1');
    const version = numberOf(db.prepare('PRAGMA user_version').get()?.['user_version']);
    if (version === 0) db.exec(`BEGIN IMMEDIATE; ${layout} COMMIT`);
    else if (version !== 1) throw new LayoutVersionError(version);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
