import type { DescField, DescMessage, DescOneof, Registry } from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';
import { scalarZeroValue } from '@bufbuild/protobuf/reflect';
import { protocolRegistry } from '@ccd/protocol';
import { checkOfField } from './check-field.ts';
import type { Check } from './check-value.ts';
import { exceptions, withExceptions } from './exceptions.ts';
import type { Exception } from './exceptions.ts';
import { isRequired, rulesOf, switchesRulesOff } from './field-rules.ts';
import { RuleViolationError, UnsupportedRuleError } from './violation.ts';
import type { Violation } from './violation.ts';

/** The nesting that protobuf implementations accept by default. */
const deepest = 100;
/** More than a person reads, few enough to bound the work on a hostile message. */
const mostViolations = 100;

/**
 * Checks messages as ts-proto generates them (oneofs as `{$case, value}`, times as Date, 64-bit integers as bigint)
 * against the rules of their descriptors.
 * @param typeName full name, as in `strmprivacy.api.streams.v1.CreateStreamRequest`
 * @returns the first violation of each field, at most 100, in the order of the fields; none for a valid message
 * @throws UnsupportedRuleError for a rule that is not known here; Error for an unknown type
 */
export type MessageChecker = (typeName: string, message: object) => Violation[];

/** A checker of the rules that the protos carry, with exceptions made; `registry` is for protos of another origin. */
export function createChecker(
  made: readonly Exception[],
  registry: () => Registry = protocolRegistry,
): MessageChecker {
  const compiled = new Map<DescMessage, Check>();

  function checkOf(type: DescMessage): Check {
    const known = compiled.get(type);
    if (known !== undefined) return known;
    if (switchesRulesOff(type)) throw new UnsupportedRuleError(type.typeName, 'validate.disabled');
    let members: readonly Check[] = [];
    const check: Check = function* (message, path, depth) {
      if (depth > deepest) {
        yield { path, rule: 'depth', message: `is nested more than ${deepest} messages deep` };
        return;
      }
      for (const member of members) yield* member(message, path, depth + 1);
    };
    // Before its members, which may contain the type itself.
    compiled.set(type, check);
    members = type.members.map((member) =>
      member.kind === 'oneof' ? checkOfOneof(member) : checkOfMember(member),
    );
    return check;
  }

  function checkOfMember(field: DescField): Check {
    const check = checkOfField(field, withExceptions(field, rulesOf(field), made), checkOf);
    const unset = unsetValueOf(field);
    return (message, path, depth) =>
      check(property(message, field.localName) ?? unset, within(path, field.name), depth);
  }

  function checkOfOneof(oneof: DescOneof): Check {
    const checks = new Map(
      oneof.fields.map((field) => [
        field.localName,
        {
          name: field.name,
          check: checkOfField(field, withExceptions(field, rulesOf(field), made), checkOf),
        },
      ]),
    );
    const names = oneof.fields.map(({ name }) => name).join(', ');
    const required = isRequired(oneof);
    return function* (message, path, depth) {
      const set = property(message, oneof.localName);
      const member = checks.get(String(property(set, '$case')));
      if (member !== undefined) yield* member.check(property(set, 'value'), within(path, member.name), depth);
      else if (required) {
        yield { path: within(path, oneof.name), rule: 'oneof.required', message: `needs one of ${names}` };
      }
    };
  }

  return (typeName, message) => {
    const type = registry().getMessage(typeName);
    if (type === undefined) throw new Error(`the protocol has no message ${typeName}`);
    return Iterator.from(checkOf(type)(message, '', 0))
      .take(mostViolations)
      .toArray();
  };
}

const checkWithExceptions = createChecker(exceptions);

/** Checks a message against the rules of the protocol and the exceptions from them, as {@link MessageChecker} says. */
export function checkMessage(typeName: string, message: object): Violation[] {
  return checkWithExceptions(typeName, message);
}

/** @throws RuleViolationError when the message breaks rules of the protocol */
export function assertValid(typeName: string, message: object): void {
  const violations = checkMessage(typeName, message);
  if (violations.length > 0) throw new RuleViolationError(typeName, violations);
}

/** What an absent field means: its zero where the protocol does not tell the two apart. */
function unsetValueOf(field: DescField): unknown {
  if (field.presence !== FeatureSet_FieldPresence.IMPLICIT) return undefined;
  if (field.fieldKind === 'enum') return 0;
  return field.fieldKind === 'scalar' ? scalarZeroValue(field.scalar, false) : undefined;
}

function within(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
