import type { DatabaseSync } from 'node:sqlite';
import { InvalidRequestError } from '../../errors.ts';
import { blobIn } from './rows.ts';

export interface TableEntry {
  readonly key: string;
  /** null: absent. */
  readonly value: Uint8Array | null;
}

/** Small durable tables of keys and values, with conditional writes. */
export interface TableStore {
  get(table: string, keys: readonly string[]): (Uint8Array | null)[];
  /** Writes everything if every expectation holds, else nothing; answers which it was. */
  write(table: string, expect: readonly TableEntry[], put: readonly TableEntry[]): boolean;
}

const maxValueBytes = 1024 * 1024;

function equal(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a && b ? Buffer.compare(a, b) === 0 : a === b;
}

export function createTableStore(db: DatabaseSync): TableStore {
  const select = db.prepare('SELECT value FROM tables WHERE name = ? AND key = ?');
  const upsert = db.prepare('INSERT OR REPLACE INTO tables (name, key, value) VALUES (?, ?, ?)');
  const remove = db.prepare('DELETE FROM tables WHERE name = ? AND key = ?');

  function read(table: string, key: string): Uint8Array | null {
    const row = select.get(table, key);
    return row ? blobIn(row, 'value') : null;
  }

  return {
    get: (table, keys) => keys.map((key) => read(table, key)),
    write(table, expect, put) {
      if (put.some(({ value }) => value && value.length > maxValueBytes)) {
        throw new InvalidRequestError(`a value of a table has at most ${maxValueBytes} bytes`);
      }
      if (!expect.every(({ key, value }) => equal(read(table, key), value))) return false;
      for (const { key, value } of put) {
        if (value) upsert.run(table, key, value);
        else remove.run(table, key);
      }
      return true;
    },
  };
}
