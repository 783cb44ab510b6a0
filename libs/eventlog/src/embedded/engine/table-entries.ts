import { InvalidRequestError } from '../../errors.ts';
import type { TableEntry } from '../store/tables.ts';

interface SizedKey {
  readonly key: string;
  readonly size: number | null;
}

/** Cuts the payload, which holds the values of both lists one after the other, into entries. */
export function splitEntries(
  [expect, put]: readonly [readonly SizedKey[], readonly SizedKey[]],
  payload: Buffer,
): [TableEntry[], TableEntry[]] {
  let at = 0;
  const cut = ({ key, size }: SizedKey): TableEntry => {
    if (size === null) return { key, value: null };
    const value = payload.subarray(at, at + size);
    at += size;
    return { key, value };
  };
  const lists: [TableEntry[], TableEntry[]] = [expect.map(cut), put.map(cut)];
  if (at !== payload.length) throw new InvalidRequestError('the sizes of the values do not add up');
  return lists;
}
