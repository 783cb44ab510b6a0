import { describe, expect, it } from '@jest/globals';
import { compileContract } from '../compile-contract.ts';
import { stampEvent } from '../event-meta.ts';
import { decodeValue, encodeValue, peekValue } from '../record-value.ts';
import { definition, event, visit } from './visit.fixture.ts';

describe('a contract with a JSON Schema', () => {
  const contract = compileContract(definition);

  it('finds its key and validates by its own patterns too', () => {
    expect(contract.keyFieldValue(event())).toBe('s-1');
    expect(contract.validate(event({ session: 'x' }))?.message).toContain("doesn't match regex: '^s'");
  });

  it('replaces personal fields and nothing else', () => {
    const encrypted = contract.replacePersonal(
      event({ more: 'open' }),
      () => true,
      (text) => `<${text}>`,
    );
    expect(encrypted).toEqual(
      event({ more: 'open', visitor: { email: '<a@b.example>', age: 30 }, tags: ['<x>', '<y>'] }),
    );
  });

  it.each([
    ['under a condition', { then: { properties: { p: { type: 'string' } } } }],
    ['of one of several types', { properties: { p: { type: ['string', 'integer'] } } }],
    ['in what need not be an object', { properties: { p: { properties: { p: { type: 'string' } } } } }],
    ['of no type', { properties: { p: { minLength: 1 } } }],
  ])('does not call a field personal that is text only %s', (_case, part) => {
    const schema = { ...(JSON.parse(visit) as object), allOf: [part] };
    const fields = ['p', 'p/p'].map((fieldName) => ({
      fieldName,
      isPii: true,
      isQuasiId: false,
      purposeLevel: 1,
    }));
    for (const field of fields) {
      const changed = { ...definition, schema: { ...definition.schema, definition: JSON.stringify(schema) } };
      expect(() => compileContract({ ...changed, fields: [field] })).toThrow(
        /not in the schema|must be string/,
      );
    }
  });

  it.each(['confluent', 'avro-json'] as const)('reads back what it wrote in the format %s', (format) => {
    const stored = stampEvent(event(), { nonce: -1, timestamp: 5, keyLink: 'k' });
    const value = encodeValue(format, 12, contract.schema, { ...stored, session: 'x'.repeat(90) });
    expect(decodeValue(contract.schema, value)).toEqual({ ...stored, session: 'x'.repeat(90) });
    expect(peekValue(value)).toEqual(
      format === 'confluent'
        ? { by: 'schema-id', schemaId: 12 }
        : { by: 'contract', contractRef: definition.ref },
    );
    expect(value.toString('latin1', format === 'confluent' ? 5 : 0)).toBe(
      contract.schema.toJson({ ...stored, session: 'x'.repeat(90) }, 'plain'),
    );
  });

  it('prints as web-socket clients read it', () => {
    expect(contract.schema.toJson({ a: [1, { b: 'c,:' }], d: null }, 'spaced')).toBe(
      '{"a": [1, {"b": "c,:"}], "d": null}',
    );
  });

  it('must be of the kind that it is said to be', () => {
    const schema = { ...definition.schema, kind: 'avro' } as const;
    expect(() => compileContract({ ...definition, schema })).toThrow('the schema is not avro');
  });
});
