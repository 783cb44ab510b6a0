import { describe, expect, it } from '@jest/globals';
import { compileSchema } from '../event-schema.ts';
import { describeShape } from '../shape.ts';
import { body, schemaOf, visit } from './visit.fixture.ts';

describe('a JSON Schema', () => {
  const schema = compileSchema(visit);

  it.each([
    ['as it is', body(), undefined],
    ['after white space', Buffer.concat([Buffer.from(' \n'), body()]), undefined],
    ['with its header', body(), 'application/json'],
    ['with properties that the schema does not name', body({ more: { a: [1.5, null, true] } }), undefined],
    ['without what is not required', body({ visitor: undefined, tags: undefined }), undefined],
    ['with null where null may be', body({ visitor: null }), undefined],
  ])('takes an event %s', (_case, bytes, header) => {
    expect(schema.parse(bytes, header)).toEqual(JSON.parse(bytes.toString()));
  });

  it.each([
    ['text of another form', { page: 'no-slash' }, 'Field \'page\' must match pattern "^/"'],
    ['a wrong type', { session: 7 }, "Field 'session' must be string"],
    ['an absent field', { session: undefined }, "must have required property 'session'"],
    ['a number that is too large', { visitor: { age: 151 } }, "Field 'visitor/age' must be <= 150"],
    ['an unknown property', { visitor: { name: 'x' } }, 'must NOT have additional properties'],
    ['one element twice', { tags: ['x', 'x'] }, 'must NOT have duplicate items'],
    ['a number that JSON rounds', { more: 2 ** 60 }, 'a whole number beyond 2^53'],
    ['a list without end', { more: Array.from({ length: 100_001 }, () => 0) }, 'more than 100000 elements'],
  ])('refuses %s', (_case, changes, message) => {
    expect(() => schema.parse(body(changes))).toThrow(message);
  });

  it('takes fewer elements where each may be checked against much', () => {
    const anyOf = Array.from({ length: 300 }, (_, index) => ({ const: `a${index}` }));
    const long = compileSchema(schemaOf({ list: { type: 'array', items: { anyOf } } }));
    const listOf = (length: number) => body({ list: Array.from({ length }, () => 'a299') });
    expect(long.parse(listOf(20_000))['list']).toHaveLength(20_000);
    expect(() => long.parse(listOf(30_000))).toThrow(/more than 2\d{4} elements/);
  });

  it.each([
    ['an empty body', '', 'is not JSON'],
    ['half of one', '{"strmMeta":', 'is not JSON'],
    ['a list', '[]', 'must be object'],
    ['null', 'null', 'must be object'],
    [
      'depth without end',
      `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      'nests deeper than 64 levels',
    ],
    ['bytes that are no text', Buffer.from([0x7b, 0xff, 0x7d]), 'is not valid UTF-8'],
  ])('refuses %s', (_case, bytes, message) => {
    expect(() => schema.parse(Buffer.from(bytes))).toThrow(message);
  });

  it('is for JSON alone', () => {
    expect(() => schema.parse(body(), 'application/x-avro-binary')).toThrow('its schema is a JSON Schema');
  });

  it('refuses a text that its pattern would run on for long', () => {
    const slow = compileSchema(schemaOf({ text: { type: 'string', pattern: '(a{0,1000})$' } }));
    expect(() => slow.parse(body({ text: 'a'.repeat(100_000) }))).toThrow('longer texts than its patterns');
    expect(slow.parse(body({ text: 'a'.repeat(500) }))).toMatchObject({ text: expect.any(String) });
  });

  it('says nothing of a value in what it refuses', () => {
    const secret = 'secret-value';
    const changes = { page: secret };
    const refusal = () => schema.parse(body(changes));
    expect(refusal).toThrow('must match pattern');
    expect(refusal).not.toThrow(secret);
  });

  it('has one fingerprint however it is written', () => {
    const reordered = JSON.stringify(
      Object.fromEntries(Object.entries(JSON.parse(visit) as object).reverse()),
      null,
      2,
    );
    expect(compileSchema(reordered).fingerprint).toBe(schema.fingerprint);
    expect(compileSchema(visit.replace('150', '151')).fingerprint).not.toBe(schema.fingerprint);
  });

  it('is found in parts that allOf joins, and as optional where anyOf says so', () => {
    const { shape } = compileSchema(
      schemaOf(
        {
          a: { anyOf: [{ type: 'string' }, { type: 'null' }] },
          b: { oneOf: [{ type: 'string' }, { type: 'integer' }] },
        },
        { allOf: [{ properties: { a: { minLength: 1 }, c: { type: 'array', items: { type: 'string' } } } }] },
      ),
    );
    const shapes = Object.fromEntries(shape.fields.map((field) => [field.name, describeShape(field.shape)]));
    expect(shapes).toMatchObject({ c: 'list of string' });
    // The constraint beside the choice makes it more than null or one more: not a field to rely on.
    expect(shapes['a']).toContain('union of');
    expect(shapes['b']).toContain('union of');
    expect(
      compileSchema(schemaOf({ a: { anyOf: [{ type: 'string' }, { type: 'null' }] } })).shape.fields[1],
    ).toEqual({
      name: 'a',
      shape: { kind: 'union', branches: [{ kind: 'null' }, { kind: 'string' }] },
    });
  });
});
