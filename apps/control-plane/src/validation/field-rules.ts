import { getOption, hasOption, isMessage } from '@bufbuild/protobuf';
import type { DescExtension, DescField, DescMessage, DescOneof } from '@bufbuild/protobuf';
import { isReflectList, isReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import type { ReflectMessage } from '@bufbuild/protobuf/reflect';
import { protocolRegistry } from '@ccd/protocol';
import { toNanoseconds } from './durations.ts';
import { UnsupportedRuleError } from './violation.ts';

export type ScalarRuleValue = string | number | bigint | boolean;

/** What a rule asks for. Durations are nanoseconds; 64-bit numbers are bigint; `each` holds rules of list items. */
export type RuleValue = ScalarRuleValue | readonly ScalarRuleValue[] | { readonly each: FieldRules };

/** The rules of one kind on a field, by name: `string: {min_len: 4, max_len: 100}`. */
export interface RuleGroup {
  readonly kind: string;
  readonly rules: ReadonlyMap<string, RuleValue>;
}

export type FieldRules = readonly RuleGroup[];

/** The rules that a field's proto carries, as `validate.rules`. */
export function rulesOf(field: DescField): FieldRules {
  const extension = extensionNamed('validate.rules');
  if (extension.fieldKind !== 'message' || !hasOption(field, extension)) return [];
  const option = getOption(field, extension);
  if (!isMessage(option, extension.message))
    throw new UnsupportedRuleError(fullNameOf(field), extension.typeName);
  return groupsOf(reflect(extension.message, option), fullNameOf(field));
}

/** `strmprivacy.api.entities.v1.StreamRef.name` */
export function fullNameOf(field: DescField): string {
  return `${field.parent.typeName}.${field.name}`;
}

/** Whether one member of a oneof has to be set. */
export function isRequired(oneof: DescOneof): boolean {
  return getOption(oneof, extensionNamed('validate.required')) === true;
}

/** Whether a message turns its rules off, which the public protocol does nowhere. */
export function switchesRulesOff(message: DescMessage): boolean {
  return ['validate.disabled', 'validate.ignored'].some(
    (name) => getOption(message, extensionNamed(name)) === true,
  );
}

function extensionNamed(name: string): DescExtension {
  const extension = protocolRegistry().getExtension(name);
  if (extension === undefined) throw new Error(`the protocol has no option ${name}`);
  return extension;
}

function groupsOf(rules: ReflectMessage, element: string): FieldRules {
  return setFields(rules).map(([kind, group]) => {
    if (!isReflectMessage(group)) throw new UnsupportedRuleError(element, kind);
    const named = setFields(group).map(
      ([name, value]) => [name, toRuleValue(value, `${kind}.${name}`, element)] as const,
    );
    return { kind, rules: new Map(named) };
  });
}

function setFields(message: ReflectMessage): [string, unknown][] {
  return message.fields
    .filter((field) => message.isSet(field))
    .map((field) => [field.name, message.get(field)]);
}

function toRuleValue(value: unknown, rule: string, element: string): RuleValue {
  if (isScalar(value)) return value;
  if (isReflectList(value)) {
    const items = Array.from(value, (item: unknown) => item);
    if (items.every(isScalar)) return items;
  }
  if (isReflectMessage(value)) {
    if (value.desc.typeName === 'validate.FieldRules') return { each: groupsOf(value, element) };
    if (value.desc.typeName === 'google.protobuf.Duration') return toNanoseconds(value.message);
  }
  throw new UnsupportedRuleError(element, rule);
}

function isScalar(value: unknown): value is ScalarRuleValue {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}
