import type { Row } from './database.ts';

/** A row does not have the column that the query was written for: a fault of ours. */
class ColumnError extends Error {
  override readonly name = 'ColumnError';
  constructor(column: string, expected: string) {
    super(`column ${column} is not ${expected}`);
  }
}

export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new ColumnError(column, 'text');
  return value;
}

export function optionalTextOf(row: Row, column: string): string | undefined {
  return row[column] === null || row[column] === undefined ? undefined : textOf(row, column);
}

export function bytesOf(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw new ColumnError(column, 'bytea');
  return value;
}

export function booleanOf(row: Row, column: string): boolean {
  const value = row[column];
  if (typeof value !== 'boolean') throw new ColumnError(column, 'boolean');
  return value;
}

/** An int or a bigint; the engines disagree on how they give the latter. */
export function bigintOf(row: Row, column: string): bigint {
  const value = row[column];
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' || typeof value === 'string') return BigInt(value);
  throw new ColumnError(column, 'bigint');
}

export function numberOf(row: Row, column: string): number {
  return Number(bigintOf(row, column));
}

export function dateOf(row: Row, column: string): Date {
  const value = row[column];
  if (!(value instanceof Date)) throw new ColumnError(column, 'timestamptz');
  return value;
}

export function textsOf(row: Row, column: string): readonly string[] {
  const value = row[column];
  if (!Array.isArray(value)) throw new ColumnError(column, 'text[]');
  return value.map(String);
}
