import type { ResultOf } from '../wire/requests.ts';
import type { Connection } from './connection-port.ts';

/** A key of a table with its value; null stands for absence. */
export interface TableEntry {
  readonly key: string;
  readonly value: Buffer | null;
}

/** A small durable table in the engine's process. */
export interface LogTable {
  /** The values of the keys that exist. */
  get(keys: readonly string[]): Promise<ReadonlyMap<string, Buffer>>;
  /** Applies all writes in one durable transaction if every expectation holds (null: absent); answers whether it did. */
  write(batch: {
    readonly expect: readonly TableEntry[];
    readonly put: readonly TableEntry[];
  }): Promise<boolean>;
}

function toSizes(entries: readonly TableEntry[]) {
  return entries.map(({ key, value }) => ({ key, size: value?.length ?? null }));
}

function toMap(
  keys: readonly string[],
  { sizes }: ResultOf<'table.get'>,
  payload: Buffer,
): Map<string, Buffer> {
  const values = new Map<string, Buffer>();
  let at = 0;
  keys.forEach((key, index) => {
    const size = sizes[index];
    if (typeof size !== 'number') return;
    // A copy: a view would keep the whole answer in memory as long as one value lives.
    values.set(key, Buffer.from(payload.subarray(at, at + size)));
    at += size;
  });
  return values;
}

export function createLogTable(connection: Connection, table: string): LogTable {
  return {
    async get(keys) {
      const { result, payload } = await connection.ask('table.get', { table, keys: [...keys] });
      return toMap(keys, result, payload);
    },
    async write({ expect, put }) {
      const values = Buffer.concat([...expect, ...put].flatMap(({ value }) => value ?? []));
      const body = { table, expect: toSizes(expect), put: toSizes(put) };
      const { result } = await connection.write('table.write', body, values);
      return result.written;
    },
  };
}
