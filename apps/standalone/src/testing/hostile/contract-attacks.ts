import type { ContractDefinition, RegexValidation } from '@ccd/contracts';
import { metaField, metaProperty } from '@ccd/contracts/testing';

/** One thing that a hostile control plane may say of a contract that an event names. */
export interface ContractAttack {
  readonly tries: string;
  readonly contract: Partial<ContractDefinition>;
  /** In the log of who has to use the contract. */
  readonly told: RegExp;
  /** Where it is no contract at all, and is not kept. */
  readonly isAnswer: boolean;
}

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

const session = { name: 'session', type: 'string' };

/** The text of an Avro schema with these fields beside those that every event has. */
export const avroOf = (...fields: unknown[]): string =>
  JSON.stringify({ type: 'record', name: 'Visit', fields: [metaField('visit'), session, ...fields] });

const jsonOf = (parts: object, properties: object = {}): string =>
  JSON.stringify({
    ...parts,
    type: 'object',
    properties: {
      ...properties,
      strmMeta: metaProperty,
      session: { type: 'string' },
    },
  });

const avro = (definition: string): Partial<ContractDefinition> => ({ schema: { kind: 'avro', definition } });
const json = (definition: string): Partial<ContractDefinition> => ({
  schema: { kind: 'json-schema', definition },
});
const validations = (...regexes: string[]): Partial<ContractDefinition> => ({
  validations: regexes.map((regex): RegexValidation => ({ field: 'session', regex })),
});

/** A contract that can be read, and not used. */
const unusable = (tries: string, contract: Partial<ContractDefinition>, told: RegExp): ContractAttack => ({
  tries,
  contract,
  told,
  isAnswer: true,
});

/** One that is so far from a contract that the whole answer counts for nothing. */
const unreadable = (tries: string, contract: Partial<ContractDefinition>, told: RegExp): ContractAttack => ({
  tries,
  contract,
  told,
  isAnswer: false,
});

const nestedRecords = (depth: number): string => {
  const open = times(depth, (i) => `{"type":"record","name":"R${i}","fields":[{"name":"a","type":`).join('');
  return avroOf({ name: 'deep', type: '@' }).replace('"@"', `${open}"string"${'}]}'.repeat(depth)}`);
};

const doubling = {
  ...Object.fromEntries(
    times(20, (step) => {
      const next = { $ref: `#/$defs/d${step + 1}` };
      return [`d${step}`, { allOf: [next, next] }];
    }),
  ),
  d20: { type: 'string' },
};

export const contractAttacks: readonly ContractAttack[] = [
  unusable('a look-behind', validations('(?<=a)b'), /'session'.*not accepted/),
  unusable('a look-ahead that explodes', validations('^(?=(a+)+$)'), /'session'.*not accepted/),
  unusable('a back-reference', validations('^(a*)\\1$'), /'session'.*not accepted/),
  unusable('flags that there are not', validations('(?z)a'), /'session'.*not accepted/),
  unusable('repeats of repeats', validations('((a{1,100}){1,100}){1,100}'), /'session'.*not accepted/),
  unusable(
    'an alternation of 9,000 characters',
    validations(times(1_500, (i) => `x${i}`).join('|')),
    /1000 char/,
  ),
  unusable(
    '10,000 validations of 100 characters',
    validations(...times(10_000, () => '.'.repeat(100))),
    /500 validations/,
  ),
  unusable(
    '400 validations of 1,000 characters',
    validations(...times(400, () => '.'.repeat(1_000))),
    /patterns are too/,
  ),
  unusable(
    'short patterns for huge programs',
    validations(...times(400, () => '[a-z]{1000}')),
    /patterns are too/,
  ),
  unusable(
    'many classes of Unicode',
    validations(...times(400, () => '(?i)'.padEnd(990, '\\pL'))),
    /patterns are too/,
  ),
  unusable(
    'an Avro schema of nearly 4 MB',
    avro(avroOf({ name: 'a', type: 'string', doc: 'x'.repeat(3_999_000) })),
    /500000 characters/,
  ),
  unusable('10,000 records in each other', avro(nestedRecords(10_000)), /500000 characters/),
  unusable('records in each other, within the limit of text', avro(nestedRecords(2_000)), /256 levels/),
  unusable(
    '10,000 fields',
    avro(avroOf(...times(10_000, (i) => ({ name: `f${i}`, type: 'string' })))),
    /10000 values/,
  ),
  unusable(
    'an enum of 30,000 symbols',
    avro(avroOf({ name: 'e', type: { type: 'enum', name: 'E', symbols: times(30_000, (i) => `S${i}`) } })),
    /10000 values/,
  ),
  unusable(
    'a union of 5,000 records',
    avro(avroOf({ name: 'u', type: times(5_000, (i) => ({ type: 'record', name: `R${i}`, fields: [] })) })),
    /10000 values/,
  ),
  unusable('a field called __proto__', avro(avroOf({ name: '__proto__', type: 'string' })), /__proto__/),
  unusable(
    'a name with control characters',
    avro(avroOf({ name: 'a\u0000\u001b[2J', type: 'string' })),
    /not valid Avro/,
  ),
  unusable(
    'a record called constructor',
    avro(avroOf({ name: 'a', type: { type: 'record', name: 'constructor', fields: [] } })),
    /not valid Avro/,
  ),
  unusable(
    'a field twice',
    avro(avroOf({ name: 'a', type: 'string' }, { name: 'a', type: 'int' })),
    /not valid Avro/,
  ),
  unusable('a schema that is no JSON', avro('{"type":'), /not JSON/),
  unusable('an alias of itself', avro(avroOf({ name: 'a', type: 'a' })), /not valid Avro/),
  unusable('a JSON Schema of 500 kB', json(jsonOf({ title: 'x'.repeat(500_000) })), /100000 characters/),
  unusable('a reference to the whole', json(jsonOf({}, { next: { $ref: '#' } })), /back to itself/),
  unusable(
    'a reference to somewhere else',
    json(jsonOf({}, { next: { $ref: 'http://169.254.169.254/' } })),
    /nothing is fetched/,
  ),
  unusable(
    'references that double 20 times',
    json(jsonOf({ $defs: doubling }, { part: { $ref: '#/$defs/d0' } })),
    /500 schemas/,
  ),
  unusable(
    'allOf of 2,000',
    json(jsonOf({ allOf: times(2_000, () => ({ minProperties: 1 })) })),
    /500 schemas/,
  ),
  unusable(
    'patterns of names that explode',
    json(jsonOf({ patternProperties: Object.fromEntries(times(400, (i) => [`[a-z]{900}${i}`, true])) })),
    /patterns are too/,
  ),
  unusable('a key field that there is not', { keyField: '__proto__' }, /not in the schema/),
  unusable(
    'metadata of 10,000 fields',
    {
      fields: times(10_000, (i) => ({ fieldName: `f${i}`, isPii: true, isQuasiId: false, purposeLevel: 1 })),
    },
    /2000 fields/,
  ),
  unreadable('a regex of 100,000 characters', validations('x'.repeat(100_000)), /validations/),
  unreadable('20,000 validations', validations(...times(20_000, () => 'x')), /validations/),
  unreadable(
    'a schema of 5 MB',
    avro(avroOf({ name: 'a', type: 'string', doc: 'x'.repeat(5_000_000) })),
    /definition/,
  ),
  unreadable('control characters in the key field', { keyField: 'a\u0000b' }, /key_field/),
];

/** What may be used: patterns that explode elsewhere, and schemas that have no end but in their events. */
export const harmlessContracts: Readonly<Record<string, Partial<ContractDefinition>>> = {
  'a pattern that explodes elsewhere': validations('^(a+)+$', '^(a|aa)+$', '^(.*)*$'),
  'records without end': avro(avroOf({ name: 'next', type: ['null', 'Visit'], default: null })),
  'names of what every object has': avro(
    avroOf(
      ...['constructor', 'toString', 'hasOwnProperty'].map((name) => ({
        name,
        type: ['null', 'string'],
        default: null,
      })),
    ),
  ),
};
