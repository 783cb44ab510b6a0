import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

/** What the protocol says of a field beside its type; each part only where it says something. */
export interface FieldTable {
  readonly deprecated?: true;
  /** The first of `google.api.field_behavior`. */
  readonly behavior?: string;
  /** Of `validate.rules`, by kind and name; durations in nanoseconds. */
  readonly rules?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface MessageTable {
  readonly deprecated?: true;
  readonly fields?: Readonly<Record<string, FieldTable>>;
}

/** Messages by full name. */
export type RuleTable = Readonly<Record<string, MessageTable>>;

const nanosecondsPerSecond = 1_000_000_000;
const durationSchema = z.strictObject({ seconds: z.number() });
const rulesSchema = z.record(z.string(), z.record(z.string(), z.unknown()));
const wireSchema = z.record(
  z.string(),
  z.looseObject({
    kind: z.string(),
    deprecated: z.boolean().optional(),
    fields: z
      .record(
        z.string(),
        z.looseObject({
          deprecated: z.boolean().optional(),
          behavior: z.string().optional(),
          rules: rulesSchema.optional(),
        }),
      )
      .optional(),
  }),
);

type WireMessage = z.output<typeof wireSchema>[string];
type WireField = NonNullable<WireMessage['fields']>[string];

/** The rules in the table of the public protocol. @throws ZodError for another shape */
export function toRuleTable(wire: unknown): RuleTable {
  const messages = Object.entries(wireSchema.parse(wire)).filter(([, { kind }]) => kind === 'message');
  return Object.fromEntries(messages.map(([name, message]) => [name, toMessage(message)]));
}

/** Names of the messages in `own` of which `other` says something else or nothing. */
export function differingMessages(
  own: Readonly<Record<string, unknown>>,
  other: RuleTable,
): readonly string[] {
  return Object.keys(own).filter((name) => !isDeepStrictEqual(own[name], other[name]));
}

function toMessage({ deprecated, fields = {} }: WireMessage): MessageTable {
  const said = withContent(Object.entries(fields).map(([name, field]) => [name, toField(field)]));
  return {
    ...(deprecated === true ? { deprecated } : {}),
    ...(Object.keys(said).length > 0 ? { fields: said } : {}),
  };
}

function toField({ deprecated, behavior, rules }: WireField): FieldTable {
  return {
    ...(deprecated === true ? { deprecated } : {}),
    ...(behavior === undefined ? {} : { behavior }),
    ...(rules === undefined ? {} : { rules: toRules(rules) }),
  };
}

function toRules(rules: z.output<typeof rulesSchema>): NonNullable<FieldTable['rules']> {
  return Object.fromEntries(
    Object.entries(rules).map(([kind, named]) => [
      kind,
      Object.fromEntries(Object.entries(named).map(([name, asked]) => [name, toValue(kind, name, asked)])),
    ]),
  );
}

/** The public table writes a list of one as the item, and durations by their parts. */
function toValue(kind: string, name: string, asked: unknown): unknown {
  if (name === 'in' || name === 'not_in') return [asked].flat();
  return kind === 'duration' ? durationSchema.parse(asked).seconds * nanosecondsPerSecond : asked;
}

function withContent(
  fields: readonly (readonly [string, FieldTable])[],
): Readonly<Record<string, FieldTable>> {
  return Object.fromEntries(fields.filter(([, said]) => Object.keys(said).length > 0));
}
