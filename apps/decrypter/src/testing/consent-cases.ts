import type { ContractDefinition, SchemaKind } from '@ccd/contracts';
import { metaField } from '@ccd/contracts/testing';
import fc from 'fast-check';
import type { Json, JsonObject, Rule } from './consent-model.ts';

/** Events that differ in everything that matters to consent; their schema in both kinds. */
const optional = (type: unknown) => ({ type: ['null', type], default: null });
const list = (items: unknown) => ({ type: 'array', items });

const avroFields: readonly object[] = [
  { name: 'session', type: 'string' },
  { name: 'plain', type: 'string' },
  { name: 'maybeText', ...optional('string') },
  { name: 'tags', type: list('string') },
  {
    name: 'person',
    type: {
      type: 'record',
      name: 'Person',
      fields: [
        { name: 'name', type: 'string' },
        { name: 'mail', ...optional('string') },
      ],
    },
  },
  {
    name: 'maybe',
    ...optional({ type: 'record', name: 'Maybe', fields: [{ name: 'name', type: 'string' }] }),
  },
  {
    name: 'lines',
    type: list({
      type: 'record',
      name: 'Line',
      fields: [
        { name: 'note', type: 'string' },
        { name: 'marks', type: list('string') },
      ],
    }),
  },
  { name: 'amount', type: 'int' },
];

const text = { type: 'string' };
const object = (properties: object, type: unknown = 'object') => ({ type, properties });
const jsonSchema = JSON.stringify(
  object({
    strmMeta: object({
      eventContractRef: text,
      nonce: { type: ['integer', 'null'] },
      timestamp: { type: ['integer', 'null'] },
      keyLink: { type: ['string', 'null'] },
      consentLevels: list({ type: 'integer' }),
    }),
    session: text,
    plain: text,
    maybeText: { type: ['string', 'null'] },
    tags: list(text),
    person: object({ name: text, mail: { type: ['string', 'null'] } }),
    maybe: object({ name: text }, ['object', 'null']),
    lines: list(object({ note: text, marks: list(text) })),
    amount: { type: 'integer' },
  }),
);

const paths = [
  'session',
  'plain',
  'maybeText',
  'tags',
  'person/name',
  'person/mail',
  'maybe/name',
  'lines/note',
  'lines/marks',
] as const;

export const contractRef = 'acme/everything/1.0.0';

const level = fc.oneof({ weight: 20, arbitrary: fc.nat(4) }, fc.constant(2 ** 31 - 1));

/** A contract: any of the fields personal, each of any purpose. */
export const contracts: fc.Arbitrary<ContractDefinition> = fc
  .record({
    kind: fc.constantFrom<SchemaKind>('avro', 'avro', 'avro', 'json-schema'),
    order: fc.shuffledSubarray([...avroFields], { minLength: avroFields.length }),
    personal: fc.subarray([...paths], { minLength: 1 }),
    purposes: fc.array(level, { minLength: paths.length, maxLength: paths.length }),
  })
  .map(({ kind, order, personal, purposes }) => ({
    ref: contractRef,
    state: 'ACTIVE',
    schema: {
      kind,
      definition:
        kind === 'avro'
          ? JSON.stringify({
              type: 'record',
              name: 'Event',
              namespace: 'n',
              fields: [metaField('consent'), ...order],
            })
          : jsonSchema,
    },
    keyField: 'session',
    fields: personal.map((fieldName, index) => ({
      fieldName,
      isPii: true,
      isQuasiId: false,
      purposeLevel: purposes[index] ?? 0,
    })),
    validations: [],
    schemaId: 7,
  }));

/** Texts that stand nowhere else, so that one that got out is found. */
const canaries = fc
  .tuple(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.nat(2 ** 31))
  .map(([free, number]) => `canary-${number}-${free}`);
const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 3 });

export const bodies: fc.Arbitrary<JsonObject> = fc.record({
  session: canaries,
  plain: canaries,
  maybeText: nullable(canaries),
  tags: fc.array(canaries, { maxLength: 3 }),
  person: fc.record({ name: canaries, mail: nullable(canaries) }),
  maybe: nullable(fc.record({ name: canaries })),
  lines: fc.array(fc.record({ note: canaries, marks: fc.array(canaries, { maxLength: 2 }) }), {
    maxLength: 2,
  }),
  amount: fc.integer(),
});

const oddLevel = fc.constantFrom(-1, -(2 ** 31));

/** Consents as senders may give them: none, some, all, the same many times, some that are no levels. */
export const consents: fc.Arbitrary<readonly number[]> = fc.oneof(
  { weight: 10, arbitrary: fc.array(level, { maxLength: 6 }) },
  { weight: 4, arbitrary: fc.constant([0, 1, 2, 3, 4, 2 ** 31 - 1]) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.array(level, { maxLength: 3 }), oddLevel).map(([some, odd]) => [...some, odd]),
  },
  { weight: 1, arbitrary: level.map((one) => Array.from({ length: 200 }, () => one)) },
);

/** What may stand in the place of consents and is none, in an event that some other hand wrote; undefined: absent. */
export const noConsents: fc.Arbitrary<Json | undefined> = fc.constantFrom<(Json | undefined)[]>(
  undefined,
  null,
  true,
  1,
  '1',
  '[1]',
  {},
  { '0': 1, length: 1 },
  ['0', '1', '2', '3', '4'],
  [0, 1, 2, 3, 4, '4'],
  [0, 1, 2, 3, 4, null],
  [0, 1, 2, 3, 4, 1.5],
  [[0, 1, 2, 3, 4]],
  [1e300],
  [true],
);

export const rules: fc.Arbitrary<Rule> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('GRANULAR'),
      levels: fc.array(level, { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 5, arbitrary: level.map((one) => ({ type: 'CUMULATIVE', levels: [one] })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Rule[]>(
      { type: 'GRANULAR', levels: [] },
      { type: 'CUMULATIVE', levels: [] },
      { type: 'CUMULATIVE', levels: [0, 1] },
      { type: 'CUMULATIVE', levels: [-1] },
      { type: 'CUMULATIVE', levels: [Number.POSITIVE_INFINITY] },
      { type: 'GRANULAR', levels: [-1] },
      { type: 'GRANULAR', levels: [0.5] },
      { type: 'CUMULATIVE', levels: [Number.NaN] },
      { type: 'CONSENT_LEVEL_TYPE_UNSPECIFIED', levels: [4] },
      { type: 'cumulative', levels: [4] },
      { type: '', levels: [0] },
    ),
  },
);
