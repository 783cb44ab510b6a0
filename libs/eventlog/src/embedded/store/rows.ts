import type { SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';

type Row = Record<string, SQLOutputValue>;

/** The table holds something that its layout rules out: the data are damaged. */
function damaged(column: string): Error {
  return new Error(`unexpected type in column ${column} of the event log's data`);
}

export function numberIn(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw damaged(column);
  return value;
}

export function textIn(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw damaged(column);
  return value;
}

export function blobIn(row: Row, column: string): Uint8Array | null {
  const value = row[column];
  if (value === null || value instanceof Uint8Array) return value;
  throw damaged(column);
}

export function optionalNumberIn(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : numberIn(row, column);
}

export function optionalTextIn(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : textIn(row, column);
}

/** The rows as objects, which is what `all` gives unless a statement was told to return arrays. */
export function rowsOf(statement: StatementSync, ...values: SQLInputValue[]): Row[] {
  return statement.all(...values);
}
