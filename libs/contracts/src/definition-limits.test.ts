import { describe, expect, it } from '@jest/globals';
import { checkContract } from './check-contract.ts';
import { compileContract } from './compile-contract.ts';
import { DefinitionLimitError } from './definition-limits.ts';
import type { DefinitionLimit } from './definition-limits.ts';
import { DefinitionError } from './errors.ts';
import { compileSchema } from './event-schema.ts';
import { schemaOf } from './json-schema/visit.fixture.ts';
import { metaField } from './simple-schema.ts';
import type { ContractDefinition } from './types.ts';

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const recordOf = (...fields: object[]): string =>
  JSON.stringify({ type: 'record', name: 'Visit', fields: [metaField('visit'), ...fields] });
const named = (schemas: object[]): object =>
  Object.fromEntries(schemas.map((schema, index) => [`p${index}`, schema]));
const session = { name: 'session', type: 'string' };
const visit: ContractDefinition = {
  ref: 'acme/visit/1.0.0',
  state: 'ACTIVE',
  schema: { kind: 'avro', definition: recordOf(session) },
  keyField: 'session',
  fields: [],
  validations: [],
  schemaId: 1,
};
const validated = (...regexes: string[]): ContractDefinition => ({
  ...visit,
  validations: regexes.map((regex) => ({ field: 'session', regex })),
});

function refusalOf(compile: () => unknown): unknown {
  try {
    compile();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe(compileSchema, () => {
  const nested = (depth: number): string =>
    recordOf({ name: 'deep', type: '@' }).replace(
      '"@"',
      `${'{"type":"array","items":'.repeat(depth)}"string"${'}'.repeat(depth)}`,
    );
  const union = (count: number) =>
    times(count, (index) => ({ type: 'record', name: `R${index}`, fields: [] }));

  it.each<[string, DefinitionLimit, () => string]>([
    ['4 MB of text', 'schemaLength', () => recordOf({ ...session, doc: 'x'.repeat(4_000_000) })],
    [
      '10,000 fields',
      'schemaValues',
      () => recordOf(...times(10_000, (index) => ({ name: `f${index}`, type: 'string' }))),
    ],
    ['a union of 3,000', 'schemaValues', () => recordOf({ name: 'union', type: union(3_000) })],
    [
      'an enum of 10,000',
      'schemaValues',
      () =>
        recordOf({
          name: 'enum',
          type: { type: 'enum', name: 'E', symbols: times(10_000, (index) => `S${index}`) },
        }),
    ],
    ['lists in lists without end', 'schemaDepth', () => nested(10_000)],
    ['JSON Schema of 200 kB', 'jsonSchemaLength', () => schemaOf({}, { title: 'x'.repeat(200_000) })],
    [
      'JSON Schema with 600 properties',
      'jsonSchemaSchemas',
      () => schemaOf(named(times(600, () => ({ type: 'string' })))),
    ],
    [
      'JSON Schema with an enum of 3,000',
      'jsonSchemaParts',
      () => schemaOf({ part: { enum: times(3_000, String) } }),
    ],
    [
      'JSON Schema with short patterns for large programs',
      'patternCost',
      () => schemaOf(named(times(50, (index) => ({ type: 'string', pattern: `x{1000}${index}` })))),
    ],
  ])('refuses %s by the limit %s', (_case, limit, definition) => {
    expect(refusalOf(() => compileSchema(definition()))).toMatchObject({
      name: 'DefinitionLimitError',
      limit,
    });
  });

  it.each([
    [
      '1,400 optional fields',
      recordOf(...times(1_400, (i) => ({ name: `f${i}`, type: ['null', 'string'] }))),
    ],
    ['64 nested lists', nested(64)],
    ['records that refer to themselves', recordOf({ name: 'next', type: ['null', 'Visit'] })],
    ['names of what objects inherit', recordOf({ name: 'constructor', type: ['null', 'string'] })],
    ['JSON Schema with 400 properties', schemaOf(named(times(400, () => ({ type: 'string' }))))],
  ])('takes %s', (_case, definition) => {
    expect(compileSchema(definition).shape.fields.map(({ name }) => name)).toContain('strmMeta');
  });
});

describe(compileContract, () => {
  it.each<[string, DefinitionLimit, ContractDefinition]>([
    ['10,000 validations', 'validations', validated(...times(10_000, () => 'x'))],
    ['validations of many large programs', 'patternCost', validated(...times(50, () => '[a-z]{1000}'))],
    [
      'validations of many classes of Unicode',
      'patternCost',
      validated(...times(6, () => '\\pL'.repeat(330))),
    ],
    [
      'metadata of 10,000 fields',
      'fields',
      {
        ...visit,
        fields: times(10_000, () => ({
          fieldName: 'session',
          isPii: true,
          isQuasiId: false,
          purposeLevel: 1,
        })),
      },
    ],
  ])('refuses %s by the limit %s', (_case, limit, definition) => {
    const refusal = refusalOf(() => compileContract(definition));
    expect(refusal).toBeInstanceOf(DefinitionLimitError);
    expect(refusal).toMatchObject({ limit });
  });

  it('takes 200 validations', () => {
    expect(compileContract(validated(...times(200, (index) => `^.{1,50}${index}$`))).ref).toBe(visit.ref);
  });
});

describe(checkContract, () => {
  it('tells the author of a contract which limit it is beyond', () => {
    const { shape } = compileSchema(visit.schema.definition);
    expect(checkContract(shape, validated(...times(501, () => 'x')))).toEqual([
      { field: '', message: 'the contract has more than 500 validations' },
    ]);
  });
});

describe(DefinitionError, () => {
  it('says as much as a person reads, however much is wrong', () => {
    const { problems, message } = new DefinitionError(times(1_000, () => 'x'.repeat(10_000)));
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)).toBe('and 980 more problems');
    expect(message.length).toBeLessThan(11_000);
  });
});
