import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compileContract } from '../compile-contract.ts';
import { EventParseError } from '../errors.ts';
import { readMeta, stampEvent } from '../event-meta.ts';
import { compileFieldPath } from '../field-path.ts';
import { metaField } from '../simple-schema.ts';
import type { ContractDefinition, EventRecord } from '../types.ts';
import { compileScanner } from './compile-scanner.ts';

const optional = (type: unknown) => ['null', type];
const address = {
  type: 'record',
  name: 'Address',
  fields: [
    { name: 'street', type: 'string' },
    { name: 'lines', type: { type: 'array', items: ['string', 'null'] } },
    { name: 'next', type: optional('Address') },
  ],
};
const definition: ContractDefinition = {
  ref: 'a/b/1.0.0',
  state: 'ACTIVE',
  schema: {
    kind: 'avro',
    definition: JSON.stringify({
      type: 'record',
      name: 'Event',
      namespace: 'n',
      fields: [
        metaField('n'),
        { name: 'session', type: 'string' },
        { name: 'email', type: ['string', 'null'] },
        { name: 'addresses', type: { type: 'array', items: address } },
        { name: 'either', type: ['null', 'boolean', 'string', 'double'] },
        { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['A', 'B'] } },
        { name: 'hash', type: { type: 'fixed', name: 'Hash', size: 3 } },
        { name: 'extra', type: { type: 'map', values: 'long' } },
        { name: 'raw', type: 'bytes' },
        { name: 'ratio', type: 'float' },
      ],
    }),
  },
  keyField: 'session',
  fields: ['session', 'email', 'addresses/lines', 'addresses/next/street'].map((fieldName) => ({
    fieldName,
    isPii: true,
    isQuasiId: false,
    purposeLevel: 1,
  })),
  validations: [
    { field: 'addresses/street', regex: '^[^!]*$' },
    { field: 'session', regex: '^[^!]*$' },
  ],
  schemaId: 7,
};
const contract = compileContract(definition);
const { schema, bytes } = contract;
if (bytes === undefined) throw new Error('an Avro contract works on bytes');

const { text, address: addressOf } = fc.letrec<{ text: string; address: EventRecord }>((tie) => ({
  text: fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.string({ minLength: 40, maxLength: 300 })),
  address: fc.record({
    street: tie('text'),
    lines: fc.array(fc.option(tie('text')), { maxLength: 3 }),
    next: fc.option(tie('address'), { maxDepth: 3 }),
  }),
}));
const events: fc.Arbitrary<EventRecord> = fc.record({
  strmMeta: fc.record({
    eventContractRef: text,
    nonce: fc.option(fc.integer()),
    timestamp: fc.option(fc.maxSafeInteger()),
    keyLink: fc.option(text),
    billingId: fc.option(text),
    consentLevels: fc.array(fc.integer(), { maxLength: 4 }),
  }),
  session: text,
  email: fc.option(text),
  addresses: fc.array(addressOf, { maxLength: 3 }),
  either: fc.option(
    fc.oneof(
      fc.boolean().map((boolean) => ({ boolean })),
      text.map((string) => ({ string })),
      fc.double().map((double) => ({ double })),
    ),
  ),
  kind: fc.constantFrom('A', 'B'),
  hash: fc.uint8Array({ minLength: 3, maxLength: 3 }).map((found) => Buffer.from(found)),
  extra: fc.dictionary(text, fc.oneof(fc.maxSafeInteger(), fc.bigInt(2n ** 53n, 2n ** 63n - 1n)), {
    maxKeys: 3,
  }),
  raw: fc.uint8Array().map((found) => Buffer.from(found)),
  ratio: fc.float(),
});
const stamps = fc.record({
  nonce: fc.integer(),
  timestamp: fc.nat({ max: 2 ** 45 }),
  keyLink: fc.uuid(),
});
const avro = 'application/x-avro-binary';
const prefix = Buffer.from([0, 0, 0, 0, 7]);
const leastEvent: EventRecord = {
  strmMeta: {
    eventContractRef: '',
    nonce: null,
    timestamp: null,
    keyLink: null,
    billingId: null,
    consentLevels: [],
  },
  session: '',
  email: null,
  addresses: [],
  either: null,
  kind: 'A',
  hash: Buffer.alloc(3),
  extra: {},
  raw: Buffer.alloc(0),
  ratio: 0,
};
const replace = (value: string): string => `<${value.length}é${value}>`;

describe(compileScanner, () => {
  it('reads the parts that it was asked for as a scanner of all does, and stamps nothing without the others', () => {
    const paths = ['session', 'addresses/lines'];
    const all = compileScanner(schema.shape, paths);
    const some = compileScanner(schema.shape, paths, ['eventContractRef', 'keyLink', 'consentLevels']);
    fc.assert(
      fc.property(events, stamps, (event, stamp) => {
        const encoded = schema.encode(event, prefix);
        const [whole, part] = [all?.scan(encoded, 5), some?.scan(encoded, 5)];
        expect(part?.meta()).toEqual(whole?.meta());
        expect(part?.consentCode()).toBe(whole?.consentCode());
        const spliced = part?.splice(prefix, undefined, (_path, value) => replace(value));
        expect(spliced).toEqual(whole?.splice(prefix, undefined, (_path, value) => replace(value)));
        expect(() => part?.splice(prefix, stamp, () => undefined)).toThrow(TypeError);
      }),
    );
    expect(() => compileScanner(schema.shape, paths, [])?.scan(schema.encode(leastEvent)).keyLink()).toThrow(
      TypeError,
    );
  });

  it('seals bytes as the event is stamped, replaced and written', () => {
    fc.assert(
      fc.property(events, stamps, (event, stamp) => {
        const replaced = contract.replacePersonal(stampEvent(event, stamp), () => true, replace);
        const sealed = bytes.seal(bytes.read(schema.encode(event), avro), stamp, replace);
        expect(sealed).toEqual(schema.encode(replaced, prefix));
      }),
    );
  });

  it('reads JSON as the event that it is', () => {
    fc.assert(
      fc.property(events, stamps, (event, stamp) => {
        const text = schema.toJson(event, 'avro');
        const read = schema.fromJsonText(text);
        const replaced = contract.replacePersonal(stampEvent(read, stamp), () => true, replace);
        const scanned = bytes.read(Buffer.from(text));
        expect(bytes.seal(scanned, stamp, replace)).toEqual(schema.encode(replaced, prefix));
      }),
    );
  });

  it('finds the same texts, metadata, key and failures', () => {
    fc.assert(
      fc.property(events, (event) => {
        const scanned = bytes.read(schema.encode(event), avro);
        expect(scanned.meta()).toEqual(readMeta(event));
        expect(scanned.contractRef).toBe(readMeta(event).contractRef);
        expect(bytes.keyFieldValue(scanned)).toBe(contract.keyFieldValue(event));
        expect(bytes.validate(scanned)).toEqual(contract.validate(event));
        const paths = ['addresses/lines', 'addresses/next/next/street', 'strmMeta/keyLink'];
        const others = compileScanner(schema.shape, paths)?.scan(schema.encode(event));
        for (const [index, path] of paths.entries()) {
          expect(others?.texts(index)).toEqual(compileFieldPath(schema.shape, path)?.texts(event));
        }
      }),
    );
  });

  it('refuses what the reader refuses, with its words', () => {
    const outcomeOf = (read: () => unknown): unknown => {
      try {
        read();
        return 'accepted';
      } catch (error) {
        if (!(error instanceof EventParseError)) throw error;
        return [error.field, error.message];
      }
    };
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 });
    fc.assert(
      fc.property(events, changes, fc.nat(), fc.boolean(), (event, mutations, cut, isCut) => {
        const whole = schema.encode(event);
        for (const [at, byte] of mutations) whole[at % whole.length] = byte;
        const body = isCut ? whole.subarray(0, cut % (whole.length + 1)) : whole;
        expect(outcomeOf(() => bytes.read(body, avro))).toEqual(outcomeOf(() => schema.decode(body)));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['zero in two bytes', '8000'],
    ['zero in ten', '80808080808080808000'],
    ['one bit more than there is', 'ffffffffffffffffff02'],
    ['the largest', 'feffffffffffffffff01'],
    ['eleven bytes', 'ffffffffffffffffffff01'],
    ['a length below zero', '01'],
  ])('judges the number %s like the reader, as length, long and int', (_what, hex) => {
    const number = Buffer.from(hex, 'hex');
    for (const type of ['string', 'long', 'int', { type: 'array', items: 'null' }, 'bytes']) {
      const simple = compileContract({
        ...definition,
        schema: {
          kind: 'avro',
          definition: JSON.stringify({
            type: 'record',
            name: 'Event',
            fields: [metaField('n'), { name: 'session', type: 'string' }, { name: 'value', type }],
          }),
        },
        fields: [],
        validations: [],
      });
      const body = Buffer.concat([Buffer.from('0261000000000000', 'hex'), number]);
      const messageOf = (read: () => unknown): string => {
        try {
          read();
          return '';
        } catch (error) {
          return String(error);
        }
      };
      expect(messageOf(() => simple.bytes?.read(body, avro))).toBe(
        messageOf(() => simple.schema.decode(body)),
      );
    }
  });

  it('keeps what another writer encoded in its own way', () => {
    // A list in two blocks, the first with its size in bytes.
    const simple = compileScanner(
      compileContract({
        ...definition,
        schema: {
          kind: 'avro',
          definition: JSON.stringify({
            type: 'record',
            name: 'Event',
            fields: [metaField('n'), { name: 'session', type: { type: 'array', items: 'string' } }],
          }),
        },
        keyField: 'strmMeta/eventContractRef',
        fields: [],
        validations: [],
      }).schema.shape,
      ['session'],
    );
    const head = '0272' + '00000000' + '00';
    const body = Buffer.from(`${head}0104026102026200`, 'hex');
    const scanned = simple?.scan(body);
    expect(scanned?.texts(0)).toEqual(['a', 'b']);
    expect(scanned?.splice(Buffer.alloc(0), undefined, (_path, value) => value.toUpperCase())).toEqual(
      Buffer.from(`${head}0104024102024200`, 'hex'),
    );
  });

  it('is not made for a schema without room for what the gateway fills in', () => {
    const shape = compileContract({
      ...definition,
      schema: {
        kind: 'avro',
        definition: JSON.stringify({
          type: 'record',
          name: 'Event',
          fields: [
            {
              name: 'strmMeta',
              type: {
                type: 'record',
                name: 'StrmMeta',
                fields: [
                  { name: 'eventContractRef', type: 'string' },
                  { name: 'nonce', type: ['null'] },
                  { name: 'timestamp', type: optional('long') },
                  { name: 'keyLink', type: optional('string') },
                  { name: 'consentLevels', type: { type: 'array', items: 'int' } },
                ],
              },
            },
            { name: 'session', type: 'string' },
          ],
        }),
      },
      fields: [],
      validations: [],
    });
    expect(shape.bytes).toBeUndefined();
  });
});
