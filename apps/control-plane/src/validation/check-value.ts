import { ScalarType } from '@bufbuild/protobuf';
import type { DescEnum, DescField, DescMessage } from '@bufbuild/protobuf';
import { toNanoseconds } from './durations.ts';
import type { FieldRules, RuleGroup } from './field-rules.ts';
import { durationRules, enumRules, integerRules } from './number-rules.ts';
import { testsOf } from './rule-table.ts';
import type { NamedTest } from './rule-table.ts';
import { stringRules } from './string-rules.ts';
import { UnsupportedRuleError } from './violation.ts';
import type { Violation } from './violation.ts';

/** What is wrong with a value that stands at a path; `depth` counts the messages around it. */
export type Check = (value: unknown, path: string, depth: number) => Iterable<Violation>;

/** The type of a field, of the items of a list or of the values of a map. */
export type ValueType =
  | { readonly kind: 'scalar'; readonly scalar: ScalarType }
  | { readonly kind: 'enum'; readonly enum: DescEnum }
  | { readonly kind: 'message'; readonly message: DescMessage };

export function valueTypeOf(field: DescField): ValueType {
  if (field.message !== undefined) return { kind: 'message', message: field.message };
  if (field.enum !== undefined) return { kind: 'enum', enum: field.enum };
  return { kind: 'scalar', scalar: field.scalar };
}

/**
 * Checks single values of a type, by the rules on them; a violation of the rule of an item is `items.string.email`
 * of its list's rule, as `within` says.
 */
export function checkOfValue(
  type: ValueType,
  rules: FieldRules,
  element: string,
  checkMessage: (type: DescMessage) => Check,
  within = '',
): Check {
  const checks = rules.map((group) => {
    const check = checkOfGroup(type, group, element, within);
    return type.kind === 'message' ? check : present(check);
  });
  if (type.kind !== 'message' || type.message.typeName.startsWith('google.protobuf.')) return inTurn(checks);
  return inTurn([...checks, present(checkMessage(type.message))]);
}

/** The violations of the first check that has any, so that one mistake is told once. */
export function inTurn(checks: readonly Check[]): Check {
  return function* (value, path, depth) {
    for (const check of checks) {
      let violated = false;
      for (const violation of check(value, path, depth)) {
        violated = true;
        yield violation;
      }
      if (violated) return;
    }
  };
}

/** Passes over what is not set. */
function present(check: Check): Check {
  return (value, path, depth) => (value === undefined ? [] : check(value, path, depth));
}

function checkOfGroup(type: ValueType, group: RuleGroup, element: string, within: string): Check {
  switch (type.kind) {
    case 'enum':
      if (group.kind === 'enum') return checkOfEnum(type.enum, group, element, within);
      break;
    case 'message':
      if (group.kind === 'message' || group.kind === kindsOfMessages[type.message.typeName]) {
        return checkOfMessage(group, element, within);
      }
      break;
    case 'scalar':
      if (group.kind === 'string' && type.scalar === ScalarType.STRING) {
        return checkOfText(group, element, within);
      }
      if (integerKinds[group.kind] === type.scalar) return checkOfInteger(group, element, within);
  }
  throw new UnsupportedRuleError(element, `${within}${group.kind}`);
}

function checkOfText(group: RuleGroup, element: string, within: string): Check {
  const tests = testsOf(group, stringRules, element);
  const ignoresEmpty = group.rules.get('ignore_empty') === true;
  return (value, path) => {
    if (value !== '') return failureOf(tests, asString(value, path), path, within);
    return ignoresEmpty ? [] : failureOf(tests, value, path, within).map(forEmpty);
  };
}

function checkOfInteger(group: RuleGroup, element: string, within: string): Check {
  const tests = testsOf(group, integerRules, element);
  const ignoresEmpty = group.rules.get('ignore_empty') === true;
  return (value, path) => {
    const amount = asAmount(value, path);
    return ignoresEmpty && Number(amount) === 0 ? [] : failureOf(tests, amount, path, within);
  };
}

function checkOfEnum(type: DescEnum, group: RuleGroup, element: string, within: string): Check {
  const tests = testsOf(group, enumRules(type), element);
  return (value, path) => failureOf(tests, Number(asAmount(value, path)), path, within);
}

/** Whether a message is there, and the bounds of a duration. */
function checkOfMessage(group: RuleGroup, element: string, within: string): Check {
  const { kind } = group;
  const tests = testsOf(group, kind === 'duration' ? durationRules : {}, element, ['required']);
  const required = group.rules.get('required') === true;
  return (value, path) => {
    if (value === undefined) {
      return required ? [{ path, rule: `${within}${kind}.required`, message: 'is required' }] : [];
    }
    return tests.length === 0 ? [] : failureOf(tests, toNanoseconds(value), path, within);
  };
}

const integerKinds: Readonly<Record<string, ScalarType>> = {
  int32: ScalarType.INT32,
  int64: ScalarType.INT64,
  uint32: ScalarType.UINT32,
  uint64: ScalarType.UINT64,
};

const kindsOfMessages: Readonly<Record<string, string>> = {
  'google.protobuf.Duration': 'duration',
  'google.protobuf.Timestamp': 'timestamp',
};

function failureOf<T>(
  tests: readonly NamedTest<T>[],
  value: T,
  path: string,
  within: string,
): readonly Violation[] {
  for (const { rule, test } of tests) {
    const message = test(value);
    if (message !== undefined) return [{ path, rule: `${within}${rule}`, message }];
  }
  return [];
}

/** Says first that the text is missing, which helps more than how it should look. */
function forEmpty(violation: Violation): Violation {
  const { message } = violation;
  if (message.startsWith('must not be empty')) return violation;
  return { ...violation, message: `must not be empty: it ${message}` };
}

function asString(value: unknown, path: string): string {
  if (typeof value !== 'string') throw new TypeError(`${path} is not a string`);
  return value;
}

function asAmount(value: unknown, path: string): number | bigint {
  if (typeof value !== 'number' && typeof value !== 'bigint') throw new TypeError(`${path} is not a number`);
  return value;
}
