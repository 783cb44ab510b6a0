import { describe, expect, it } from '@jest/globals';
import { compileSchema } from './event-schema.ts';
import { serializationTypes } from './serialization.ts';
import { publicContracts } from './public-contracts.ts';

const { schema: exampleSchema } = publicContracts[0] ?? { schema: { definition: '' } };
const schema = compileSchema(exampleSchema.definition);

const event = {
  strmMeta: {
    eventContractRef: 'strmprivacy/example/1.3.0',
    nonce: null,
    timestamp: null,
    keyLink: null,
    billingId: null,
    consentLevels: [1, 2],
  },
  uniqueIdentifier: 'unique-5',
  consistentValue: 'session-1',
  someSensitiveValue: null,
  notSensitiveValue: 'x',
};

const plain = JSON.stringify({
  strmMeta: { eventContractRef: 'strmprivacy/example/1.3.0', consentLevels: [1, 2] },
  uniqueIdentifier: 'unique-5',
  consistentValue: 'session-1',
  notSensitiveValue: 'x',
});

const tagged = JSON.stringify({
  ...event,
  strmMeta: { ...event.strmMeta, nonce: null },
  uniqueIdentifier: { string: 'unique-5' },
  notSensitiveValue: { string: 'x' },
});

describe('EventSchema.parse', () => {
  it.each([
    ['Avro binary, as the Node driver sends it', schema.encode(event), serializationTypes.avro],
    ['Avro binary without a header', schema.encode(event), undefined],
    ['Avro binary with a header of another kind', schema.encode(event), 'application/octet-stream'],
    ['plain JSON, as curl sends it', Buffer.from(plain), undefined],
    ['plain JSON with a header', Buffer.from(plain), serializationTypes.json],
    ['Avro JSON, as the Python driver sends it', Buffer.from(tagged), serializationTypes.json],
    ['JSON after white space', Buffer.from(` \n${plain}`), undefined],
  ])('reads %s', (_case, body, serialization) => {
    expect(schema.parse(body, serialization)).toEqual(event);
  });

  it.each([
    ['nothing', '', 'ends before its value does'],
    ['half an event', plain.slice(0, 60), 'is not JSON'],
    ['a list', '[]', ''],
    [
      'a missing field',
      '{"strmMeta":{"eventContractRef":"a","consentLevels":[]}}',
      "'consistentValue' is missing",
    ],
    ['another type', plain.replace('"session-1"', '7'), "'consistentValue' must be string"],
    ['an unknown field', plain.replace('notSensitiveValue', 'other'), "'other' is not in the schema"],
    ['a level that is no int', plain.replace('[1,2]', '[1.5]'), "'strmMeta/consentLevels' must be int"],
    ['an int out of range', plain.replace('[1,2]', '[2147483648]'), "'strmMeta/consentLevels' must be int"],
  ])('names what is wrong with %s and quotes nothing of it', (_case, body, message) => {
    let thrown: unknown;
    try {
      schema.parse(Buffer.from(body));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ name: 'EventParseError', message: expect.stringContaining(message) });
    expect(String(thrown)).not.toContain('session-1');
  });

  it('refuses bytes after the end', () => {
    const body = Buffer.concat([schema.encode(event), Buffer.from([0])]);
    expect(() => schema.parse(body)).toThrow('has 1 bytes after its end');
  });

  it('keeps what looks like a tag when it is a value', () => {
    const withMap = compileSchema(
      JSON.stringify({
        ...JSON.parse(exampleSchema.definition),
        fields: [
          ...(JSON.parse(exampleSchema.definition) as { fields: unknown[] }).fields,
          { name: 'labels', type: ['null', { type: 'map', values: 'string' }], default: null },
        ],
      }),
    );
    const json = { ...event, labels: { map: 'a label named map' } };
    expect(withMap.fromJsonText(JSON.stringify(json))['labels']).toEqual({ map: 'a label named map' });
  });
});

describe('EventSchema.toJson', () => {
  it('is plain for files, tagged for Avro JSON and spaced as Java prints it', () => {
    expect(schema.toJson(event, 'plain')).toBe(JSON.stringify(event));
    expect(schema.toJson(event, 'avro')).toBe(tagged);
    expect(schema.toJson(event, 'spaced')).toMatch(
      /^\{"strmMeta": \{"eventContractRef": ".*", "nonce": null, /,
    );
    expect(JSON.parse(schema.toJson(event, 'spaced'))).toEqual(event);
  });
});
