import type { DescEnum } from '@bufbuild/protobuf';
import { inSeconds } from './durations.ts';
import type { RuleValue } from './field-rules.ts';
import { must, switched } from './rule-table.ts';
import type { RuleTable, Test } from './rule-table.ts';

type Amount = number | bigint;

/** The rules that bound whole numbers, and durations in nanoseconds; `write` puts a bound into words. */
function bounds(write: (bound: Amount) => string): RuleTable<Amount> {
  return {
    lt: bound((limit) => must((value) => value < limit, `must be less than ${write(limit)}`)),
    lte: bound((limit) => must((value) => value <= limit, `must be at most ${write(limit)}`)),
    gt: bound((limit) => must((value) => value > limit, `must be more than ${write(limit)}`)),
    gte: bound((limit) => must((value) => value >= limit, `must be at least ${write(limit)}`)),
  };
}

export const integerRules: RuleTable<Amount> = bounds(String);

/** The rules of durations that are set, in nanoseconds. */
export const durationRules: RuleTable<Amount> = bounds((nanoseconds) => inSeconds(BigInt(nanoseconds)));

/** The rules of a field of an enum type. */
export function enumRules(type: DescEnum): RuleTable<number> {
  const named = (numbers: readonly number[]) =>
    type.values.filter(({ number }) => numbers.includes(number)).map(({ name }) => name);
  const known = type.values.map(({ number }) => number);
  const oneOf = (numbers: readonly number[]) => `must be one of ${named(numbers).join(', ')}`;
  return {
    defined_only: switched(must((value) => known.includes(value), oneOf(known))),
    in: (asked) => (isNumbers(asked) ? must((value) => asked.includes(value), oneOf(asked)) : undefined),
    not_in: (asked) =>
      isNumbers(asked)
        ? must((value) => !asked.includes(value), oneOf(known.filter((number) => !asked.includes(number))))
        : undefined,
  };
}

function bound(toTest: (limit: Amount) => Test<Amount>): (asked: RuleValue) => Test<Amount> | undefined {
  return (asked) => (typeof asked === 'number' || typeof asked === 'bigint' ? toTest(asked) : undefined);
}

function isNumbers(asked: RuleValue): asked is readonly number[] {
  return Array.isArray(asked) && asked.every((item) => typeof item === 'number');
}
