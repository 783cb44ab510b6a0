import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isForwarded, isReadable } from './consent.ts';
import type { ConsentRule } from './types.ts';

const levels = fc.array(fc.nat(5), { maxLength: 5 });
const granular = fc.array(fc.nat(5), { minLength: 1, maxLength: 5 });

describe(isForwarded, () => {
  it('asks for every level of a GRANULAR rule', () => {
    fc.assert(
      fc.property(granular, levels, (wanted, given) => {
        const missing = new Set(wanted).difference(new Set(given)).size;
        expect(isForwarded({ type: 'GRANULAR', levels: wanted }, given)).toBe(missing === 0);
      }),
    );
  });

  it('asks for a level as high as the one of a CUMULATIVE rule', () => {
    fc.assert(
      fc.property(fc.nat(5), levels, (wanted, given) => {
        const reached = given.some((level) => level >= wanted);
        expect(isForwarded({ type: 'CUMULATIVE', levels: [wanted] }, given)).toBe(reached);
      }),
    );
  });

  it.each<[string, ConsentRule, readonly number[]]>([
    ['no consent', { type: 'GRANULAR', levels: [0] }, []],
    ['a rule without levels', { type: 'GRANULAR', levels: [] }, [1]],
    ['a cumulative rule of several levels', { type: 'CUMULATIVE', levels: [1, 2] }, [3]],
    ['an unknown type', { type: 'OTHER' as 'GRANULAR', levels: [1] }, [1]],
    ['a negative level', { type: 'GRANULAR', levels: [-1] }, [-1]],
    ['a consent beyond all levels', { type: 'CUMULATIVE', levels: [1] }, [1e300]],
    ['a level beyond all levels', { type: 'CUMULATIVE', levels: [2 ** 31] }, [2 ** 31]],
    ['a consent that is no whole number', { type: 'GRANULAR', levels: [1] }, [1, Number.NaN]],
  ])('is false for %s', (_case, rule, consents) => {
    expect(isForwarded(rule, consents)).toBe(false);
  });
});

/** As many levels as an event of a megabyte can carry. */
const countless = Array.from({ length: 900_000 }, () => 0);

describe('an event with more consent levels than a call has room for', () => {
  it.each<[ConsentRule, boolean]>([
    [{ type: 'CUMULATIVE', levels: [0] }, true],
    [{ type: 'CUMULATIVE', levels: [1] }, false],
    [{ type: 'GRANULAR', levels: [0] }, true],
    [{ type: 'GRANULAR', levels: [1] }, false],
  ])('is judged by %j like any other', (rule, forwarded) => {
    expect(isForwarded(rule, countless)).toBe(forwarded);
  });
});

describe(isReadable, () => {
  it.each<[ConsentRule, number, boolean]>([
    [{ type: 'GRANULAR', levels: [2] }, 2, true],
    [{ type: 'GRANULAR', levels: [2] }, 1, false],
    [{ type: 'GRANULAR', levels: [2] }, 0, false],
    [{ type: 'GRANULAR', levels: [0, 2] }, 0, true],
    [{ type: 'CUMULATIVE', levels: [2] }, 0, true],
    [{ type: 'CUMULATIVE', levels: [2] }, 2, true],
    [{ type: 'CUMULATIVE', levels: [2] }, 3, false],
    [{ type: 'CUMULATIVE', levels: [1, 2] }, 1, false],
    [{ type: 'GRANULAR', levels: [1] }, Number.NaN, false],
    [{ type: 'CUMULATIVE', levels: [1] }, -1, false],
  ])('with %j a field of purpose %p: %p', (rule, purpose, expected) => {
    expect(isReadable(rule, purpose)).toBe(expected);
  });
});
