import { describe, expect, it } from '@jest/globals';
import { deriveTables, substitute, toInner } from './derive-tables.ts';

const tables = deriveTables();
const lookUp = (name: string, index: number) => (index < 16 ? (tables.get(name)?.[index] ?? Number.NaN) : 0);

/** SubBytes as the module computes it, by the names of the last step's tables. */
function substituteByTables(value: number, u: string, t: string): number {
  const inner = toInner(value);
  const [i, k] = [inner >> 4, inner & 15];
  const [j, scaled] = [i ^ k, lookUp('INVERSE_A', k)];
  const one = lookUp('INVERSE', lookUp('INVERSE', i) ^ scaled) ^ j;
  const other = lookUp('INVERSE', lookUp('INVERSE', j) ^ scaled) ^ i;
  return lookUp(u, one) ^ lookUp(t, other);
}

const bytes = Array.from({ length: 256 }, (_, value) => value);

describe(deriveTables, () => {
  it('starts from the S-box of FIPS 197', () => {
    expect([0x00, 0x01, 0x53, 0x9a, 0xff].map(substitute)).toEqual([0x63, 0x7c, 0xed, 0xb8, 0x16]);
  });

  it('gives tables that make up the S-box for every byte, in both forms', () => {
    expect(bytes.map((byte) => substituteByTables(byte, 'SUB_OUT_U', 'SUB_OUT_T') ^ 0x63)).toEqual(
      bytes.map(substitute),
    );
    expect(bytes.map((byte) => substituteByTables(byte, 'SUB1_U', 'SUB1_T') ^ toInner(0x63))).toEqual(
      bytes.map((byte) => toInner(substitute(byte))),
    );
  });
});
