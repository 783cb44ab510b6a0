import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { valueTypeOf } from '../check-value.ts';
import type { ValueType } from '../check-value.ts';
import { rulesOf } from '../field-rules.ts';
import type { FieldRules, RuleGroup, RuleValue } from '../field-rules.ts';
import { failingText, passingText } from './text-samples.ts';

/** A rule with a value that keeps it and one that breaks it; none where no value can. */
export interface RuleSample {
  /** As in a violation: `repeated.items.string.email` */
  readonly rule: string;
  readonly passes: unknown;
  readonly fails?: { readonly value: unknown };
}

/** A message with all that its rules ask for and nothing else, as ts-proto holds it. */
export function validMessage(type: DescMessage): Record<string, unknown> {
  const message: Record<string, unknown> = {};
  for (const field of type.fields) {
    const value = field.oneof === undefined ? passingValue(field) : undefined;
    if (value !== undefined) message[field.localName] = value;
  }
  return message;
}

/** The message with one field set to a value. */
export function withField(
  message: Record<string, unknown>,
  field: DescField,
  value: unknown,
): Record<string, unknown> {
  return field.oneof === undefined
    ? { ...message, [field.localName]: value }
    : { ...message, [field.oneof.localName]: { $case: field.localName, value } };
}

/** The samples of every rule on a field. @throws Error for a rule without samples, which is to be given some */
export function samplesOf(field: DescField): RuleSample[] {
  const rules = rulesOf(field);
  if (field.fieldKind === 'list') return rules.flatMap((group) => samplesOfList(field, group));
  const type = valueTypeOf(field);
  return rules.flatMap((group) =>
    samplesOfGroup(type, group).map((sample) => ({ ...sample, rule: `${group.kind}.${sample.rule}` })),
  );
}

function passingValue(field: DescField): unknown {
  const rules = rulesOf(field);
  if (field.fieldKind === 'list') return passingList(field, rules);
  return passing(valueTypeOf(field), rules);
}

function passing(type: ValueType, rules: FieldRules): unknown {
  if (type.kind === 'message') {
    const required = rules.some((group) => group.rules.get('required') === true);
    if (type.message.typeName === 'google.protobuf.Duration') return passingDuration(rules);
    if (!required) return undefined;
    return type.message.typeName === 'google.protobuf.Timestamp' ? new Date(0) : validMessage(type.message);
  }
  const [group] = rules;
  if (group === undefined) return undefined;
  if (type.kind === 'enum') {
    const refused = group.rules.get('not_in');
    return type.enum.values.find(({ number }) => !(Array.isArray(refused) && refused.includes(number)))
      ?.number;
  }
  return group.kind === 'string' ? passingText(group) : group.rules.get('gte');
}

function passingDuration(rules: FieldRules): unknown {
  const least = rules[0]?.rules.get('gte');
  return typeof least === 'bigint' ? toDuration(least) : undefined;
}

function passingList(field: DescField & { fieldKind: 'list' }, rules: FieldRules): unknown {
  const least = rules[0]?.rules.get('min_items');
  return typeof least === 'bigint' ? items(field, Number(least)) : [];
}

/** Different items; of messages, copies of one. */
function items(field: DescField & { fieldKind: 'list' }, count: number): unknown[] {
  const rules = itemRules(rulesOf(field)[0]);
  return Array.from({ length: count }, (_, index) => {
    if (field.listKind === 'message') return validMessage(field.message);
    const item = passing(valueTypeOf(field), rules);
    return typeof item === 'string' ? `${index}${item}`.slice(0, item.length) : index;
  });
}

function itemRules(group: RuleGroup | undefined): FieldRules {
  const rules = group?.rules.get('items');
  return typeof rules === 'object' && 'each' in rules ? rules.each : [];
}

function samplesOfList(field: DescField & { fieldKind: 'list' }, group: RuleGroup): RuleSample[] {
  return [...group.rules].flatMap(([name, asked]): RuleSample[] => {
    const rule = `repeated.${name}`;
    const least = passingList(field, [group]);
    switch (name) {
      case 'min_items':
        return [{ rule, passes: least, fails: { value: items(field, Number(asked) - 1) } }];
      case 'max_items':
        return [
          { rule, passes: items(field, Number(asked)), fails: { value: items(field, Number(asked) + 1) } },
        ];
      case 'unique': {
        const [item] = items(field, 1);
        return [{ rule, passes: [item], fails: { value: [item, item] } }];
      }
      case 'items':
        return itemRules(group).flatMap((each) =>
          samplesOfGroup(valueTypeOf(field), each).map((sample) => ({
            rule: `repeated.items.${each.kind}.${sample.rule}`,
            passes: [sample.passes],
            ...(sample.fails === undefined ? {} : { fails: { value: [sample.fails.value] } }),
          })),
        );
      case 'ignore_empty':
        return [{ rule, passes: [] }];
      default:
        throw new Error(`no samples for ${rule}`);
    }
  });
}

/** The samples of a group on a single value, each named by the rule alone. */
function samplesOfGroup(type: ValueType, group: RuleGroup): RuleSample[] {
  return [...group.rules].map(([rule, asked]) => {
    const passes = rule === 'ignore_empty' && asked === true ? emptyOf(group) : passing(type, [group]);
    const fails = failing(group, rule, asked);
    return { rule, passes, ...(fails === undefined ? {} : { fails }) };
  });
}

function emptyOf(group: RuleGroup): unknown {
  return group.kind === 'string' ? '' : 0;
}

function failing(group: RuleGroup, rule: string, asked: RuleValue): { value: unknown } | undefined {
  if (rule === 'ignore_empty' || asked === false) return undefined;
  if (group.kind === 'string') return failingText(group, rule, asked);
  switch (`${group.kind}.${rule}`) {
    case 'message.required':
    case 'timestamp.required':
      return { value: undefined };
    case 'enum.not_in':
      return Array.isArray(asked) ? { value: asked[0] } : undefined;
    case 'int32.gte':
      return { value: -1 };
    case 'duration.gte':
      return { value: toDuration(BigInt(Number(asked)) - 1n) };
    case 'duration.lte':
      return { value: toDuration(BigInt(Number(asked)) + 1n) };
    default:
      throw new Error(`no samples for ${group.kind}.${rule}`);
  }
}

function toDuration(nanoseconds: bigint): { seconds: bigint; nanos: number } {
  return { seconds: nanoseconds / 1_000_000_000n, nanos: Number(nanoseconds % 1_000_000_000n) };
}
