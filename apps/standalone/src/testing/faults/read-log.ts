import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A record as it stands in the engine's database. */
export interface LogRecord {
  readonly offset: number;
  /** When the engine stored it, in milliseconds since the epoch. */
  readonly storedAt: number;
  readonly key: string;
  readonly value: Uint8Array;
}

export interface LogTopic {
  readonly uid: string;
  /** By partition, in order. */
  readonly partitions: readonly (readonly LogRecord[])[];
}

/** The engine's database, read from outside, without the engine. */
export interface LogFile {
  topicNames(): readonly string[];
  /** @throws when there is no such topic */
  topic(name: string): LogTopic;
  /** Keys of one of the small tables beside the log. */
  tableKeys(table: string): ReadonlySet<string>;
  close(): void;
}

/** Two to this power are the offsets of a partition among the row ids. */
const offsetBits = 36;

export function openLogFile(engineFolder: string): LogFile {
  const db = new DatabaseSync(join(engineFolder, 'eventlog.db'), { readOnly: true, timeout: 10_000 });
  const topics = db.prepare('SELECT name FROM topics ORDER BY name');
  const topicByName = db.prepare('SELECT id, uid FROM topics WHERE name = ?');
  const partitionsOf = db.prepare('SELECT id FROM partitions WHERE topic = ? ORDER BY partition');
  const recordsOf = db.prepare(
    'SELECT id, stored_at, key, value FROM records WHERE id >= ? AND id < ? ORDER BY id',
  );

  const keysOf = db.prepare('SELECT key FROM tables WHERE name = ?');

  function recordsIn(partition: number): readonly LogRecord[] {
    const base = partition * 2 ** offsetBits;
    return recordsOf.all(base, base + 2 ** offsetBits).map(({ id, stored_at: storedAt, key, value }) => ({
      offset: Number(id) - base,
      storedAt: Number(storedAt),
      key: key instanceof Uint8Array ? Buffer.from(key).toString('utf8') : '',
      value: value instanceof Uint8Array ? value : new Uint8Array(),
    }));
  }

  return {
    topicNames: () => topics.all().map(({ name }) => String(name)),
    topic(name) {
      const row = topicByName.get(name);
      if (row === undefined) throw new Error(`the log has no topic ${name}`);
      return {
        uid: String(row['uid']),
        partitions: partitionsOf.all(Number(row['id'])).map(({ id }) => recordsIn(Number(id))),
      };
    },
    tableKeys: (table) => new Set(keysOf.all(table).map(({ key }) => String(key))),
    close: () => {
      db.close();
    },
  };
}
