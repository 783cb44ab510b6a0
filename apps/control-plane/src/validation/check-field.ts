import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { checkOfValue, inTurn, valueTypeOf } from './check-value.ts';
import type { Check } from './check-value.ts';
import { fullNameOf } from './field-rules.ts';
import type { FieldRules, RuleGroup } from './field-rules.ts';
import { listRules } from './list-rules.ts';
import { testsOf } from './rule-table.ts';
import { UnsupportedRuleError } from './violation.ts';

/** Checks what generated code holds for a field: a value, an array, or an object by the keys of a map. */
export function checkOfField(
  field: DescField,
  rules: FieldRules,
  checkMessage: (type: DescMessage) => Check,
): Check {
  switch (field.fieldKind) {
    case 'list':
      return checkOfList(field, rules, checkMessage);
    case 'map':
      return checkOfMap(field, rules, checkMessage);
    case 'scalar':
    case 'enum':
    case 'message':
      return checkOfValue(valueTypeOf(field), rules, fullNameOf(field), checkMessage);
  }
}

function checkOfList(
  field: DescField & { fieldKind: 'list' },
  rules: FieldRules,
  checkMessage: (type: DescMessage) => Check,
): Check {
  const group = rules.find(({ kind }) => kind === 'repeated');
  const foreign = rules.find((other) => other !== group);
  if (foreign !== undefined) throw new UnsupportedRuleError(fullNameOf(field), foreign.kind);
  const items = checkOfItems(field, group, checkMessage);
  return group === undefined ? items : inTurn([checkOfWholeList(field, group), items]);
}

function checkOfWholeList(field: DescField & { fieldKind: 'list' }, group: RuleGroup): Check {
  // Messages would have to be compared field by field.
  if (group.rules.has('unique') && field.listKind === 'message') {
    throw new UnsupportedRuleError(fullNameOf(field), 'repeated.unique');
  }
  const tests = testsOf(group, listRules, fullNameOf(field), ['items', 'ignore_empty']);
  const ignoresEmpty = group.rules.get('ignore_empty') === true;
  return function* (value, path) {
    const list = asArray(value);
    if (ignoresEmpty && list.length === 0) return;
    for (const { rule, test } of tests) {
      const message = test(list);
      if (message === undefined) continue;
      yield { path, rule, message };
      return;
    }
  };
}

function checkOfItems(
  field: DescField & { fieldKind: 'list' },
  group: RuleGroup | undefined,
  checkMessage: (type: DescMessage) => Check,
): Check {
  const items = group?.rules.get('items');
  if (items !== undefined && !(typeof items === 'object' && 'each' in items)) {
    throw new UnsupportedRuleError(fullNameOf(field), 'repeated.items');
  }
  const check = checkOfValue(
    valueTypeOf(field),
    items?.each ?? [],
    fullNameOf(field),
    checkMessage,
    'repeated.items.',
  );
  return function* (value, path, depth) {
    for (const [index, item] of asArray(value).entries()) yield* check(item, `${path}[${index}]`, depth);
  };
}

function checkOfMap(
  field: DescField & { fieldKind: 'map' },
  rules: FieldRules,
  checkMessage: (type: DescMessage) => Check,
): Check {
  const [group] = rules;
  if (group !== undefined) throw new UnsupportedRuleError(fullNameOf(field), group.kind);
  const check = checkOfValue(valueTypeOf(field), [], fullNameOf(field), checkMessage);
  return function* (value, path, depth) {
    for (const [key, item] of Object.entries(asObject(value))) {
      yield* check(item, `${path}[${JSON.stringify(key)}]`, depth);
    }
  };
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
