import { describe, expect, it } from '@jest/globals';
import { compileSchema } from '../event-schema.ts';
import { schemaOf, strmMeta } from './visit.fixture.ts';

describe('a JSON Schema that is not accepted', () => {
  it.each([
    ['a reference to another place', { $ref: 'https://example.com/s.json' }, 'nothing is fetched'],
    ['a reference to a file', { $ref: 'other.json#/a' }, 'nothing is fetched'],
    [
      'a reference to nothing',
      { $ref: '#/$defs/none' },
      "refers to '#/$defs/none', which is not in the schema",
    ],
    [
      'a reference to the whole',
      { type: 'object', properties: { a: { $ref: '#' } } },
      'refers back to itself',
    ],
    ['a dynamic reference', { $dynamicRef: '#x' }, 'is not supported'],
    ['an exponential pattern', { type: 'string', pattern: '^(a+)+(?=b)$' }, 'is not accepted'],
    ['a back-reference', { type: 'string', pattern: '(a)\\1' }, 'is not accepted'],
    ['a pattern that repeats hugely', { type: 'string', pattern: '(a{1,1000}){1,1000}' }, 'is not accepted'],
    ['such a pattern for names', { patternProperties: { '(?!a)': true } }, 'is not accepted'],
    ['unique objects', { type: 'array', uniqueItems: true, items: { type: 'object' } }, 'simple types'],
    ['a type that is none', { type: 'text' }, 'must be JSON types'],
    ['a keyword of the wrong form', { type: 'string', minLength: 'x' }, 'is not a valid JSON Schema'],
    ['a schema that is none', 7, 'must be a schema'],
    ['the name of a prototype', { properties: JSON.parse('{"__proto__":{}}') as object }, '__proto__'],
    ['an identifier of a part', { $id: 'part' }, 'at the root alone'],
    [
      'a list without end',
      { enum: Array.from({ length: 2_001 }, (_, index) => index) },
      'more than 2000 parts',
    ],
  ])('has %s', (_case, part, message) => {
    expect(() => compileSchema(schemaOf({ part }))).toThrow(message);
  });

  it('has references that double with every step', () => {
    const $defs: Record<string, object> = { d30: { type: 'string' } };
    for (let step = 0; step < 30; step += 1) {
      const next = { $ref: `#/$defs/d${step + 1}` };
      $defs[`d${step}`] = { allOf: [next, next] };
    }
    expect(() => compileSchema(schemaOf({ part: { $ref: '#/$defs/d0' } }, { $defs }))).toThrow(
      'more than 500 schemas',
    );
  });

  it('has references in a circle', () => {
    const $defs = {
      a: { properties: { b: { $ref: '#/$defs/b' } } },
      b: { properties: { a: { $ref: '#/$defs/a' } } },
    };
    expect(() => compileSchema(schemaOf({ part: { $ref: '#/$defs/a' } }, { $defs }))).toThrow(
      'refers back to itself',
    );
  });

  it.each([
    ['no strmMeta', { type: 'object', properties: { a: true } }, "no property 'strmMeta'"],
    ['no object', { $schema: 'x', type: 'array' }, "must have the type 'object'"],
    [
      'strmMeta without consent',
      {
        type: 'object',
        properties: { strmMeta: { type: 'object', properties: { eventContractRef: { type: 'string' } } } },
      },
      "'strmMeta/consentLevels' is missing",
    ],
    [
      'strmMeta that takes no stamp',
      {
        type: 'object',
        properties: {
          strmMeta: { ...strmMeta, properties: { ...strmMeta.properties, keyLink: { type: 'integer' } } },
        },
      },
      "'strmMeta/keyLink' must be string, or null",
    ],
    [
      'a closed strmMeta without a place for the stamp',
      {
        type: 'object',
        properties: {
          strmMeta: {
            type: 'object',
            additionalProperties: false,
            properties: {
              eventContractRef: { type: 'string' },
              consentLevels: strmMeta.properties.consentLevels,
            },
          },
        },
      },
      "'strmMeta/nonce' is missing",
    ],
  ])('has %s', (_case, json, message) => {
    expect(() => compileSchema(JSON.stringify(json))).toThrow(message);
  });
});
