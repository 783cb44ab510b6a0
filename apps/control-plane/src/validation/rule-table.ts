import type { RuleGroup, RuleValue } from './field-rules.ts';
import { UnsupportedRuleError } from './violation.ts';

/** What is wrong with a value and what would be accepted, to be read after the field's path; nothing when it is right. */
export type Test<T> = (value: T) => string | undefined;

/** How each rule of a kind, by its name, turns what it asks for into a test; nothing when it cannot be read. */
export type RuleTable<T> = Readonly<Record<string, (asked: RuleValue) => Test<T> | undefined>>;

export interface NamedTest<T> {
  /** `string.min_len` */
  readonly rule: string;
  readonly test: Test<T>;
}

/**
 * The tests of a group, in the order of its rules. What decides when tests apply, and not what they say, is named
 * in `apart` and left to the caller.
 * @throws UnsupportedRuleError for a rule that the table does not have
 */
export function testsOf<T>(
  group: RuleGroup,
  table: RuleTable<T>,
  element: string,
  apart: readonly string[] = ['ignore_empty'],
): NamedTest<T>[] {
  return [...group.rules]
    .filter(([name]) => !apart.includes(name))
    .map(([name, asked]) => {
      const rule = `${group.kind}.${name}`;
      const test = Object.hasOwn(table, name) ? table[name]?.(asked) : undefined;
      if (test === undefined) throw new UnsupportedRuleError(element, rule);
      return { rule, test };
    });
}

/** A rule whose value is a whole number, made into a test. */
export function counted<T>(toTest: (count: number) => Test<T>): (asked: RuleValue) => Test<T> | undefined {
  return (asked) => (typeof asked === 'bigint' ? toTest(Number(asked)) : undefined);
}

/** A rule whose value is a text, made into a test. */
export function worded<T>(toTest: (text: string) => Test<T>): (asked: RuleValue) => Test<T> | undefined {
  return (asked) => (typeof asked === 'string' ? toTest(asked) : undefined);
}

/** A rule that is switched on, made into a test; switched off, it asks for nothing. */
export function switched<T>(test: Test<T>): (asked: RuleValue) => Test<T> | undefined {
  return (asked) => (asked === true ? test : asked === false ? () => undefined : undefined);
}

/** A test that is passed or failed, with one sentence for the failure. */
export function must<T>(holds: (value: T) => boolean, otherwise: string): Test<T> {
  return (value) => (holds(value) ? undefined : otherwise);
}

/** `1 character`, `4 characters` */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
