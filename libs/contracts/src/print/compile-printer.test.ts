import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EventParseError } from '../errors.ts';
import { compileSchema } from '../event-schema.ts';
import { metaField } from '../simple-schema.ts';
import type { EventRecord } from '../types.ts';
import { compilePrinter } from './compile-printer.ts';
import { TextSink } from './text-sink.ts';

/** A type of Avro, with the values it has. */
interface Typed {
  /** How a union tags it. */
  readonly tag: string;
  readonly type: unknown;
  readonly values: fc.Arbitrary<unknown>;
}

const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '\u0000', '\n', '\u001f', '\u007f', '\u2028', '\ufeff', 'é', 'a'),
  }),
);
const bytesOf = (constraints: fc.IntArrayConstraints) =>
  fc.uint8Array(constraints).map((found) => Buffer.from(found));
const longs = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer(),
  fc.bigInt(2n ** 53n, 2n ** 63n - 1n),
  fc.bigInt(-(2n ** 63n), -(2n ** 53n)),
);
const amounts = fc
  .tuple(fc.maxSafeInteger(), fc.constantFrom(1, 10, 100, 1_000, 1e6, 1e9))
  .map(([digits, divisor]) => digits / divisor);
const names = fc.stringMatching(/^[A-Z][a-z]{12}$/);
const primitive = (tag: string, values: fc.Arbitrary<unknown>): fc.Arbitrary<Typed> =>
  fc.constant({ tag, type: tag, values });

const { typed } = fc.letrec<{ typed: Typed }>((tie) => ({
  typed: fc.oneof(
    { depthSize: 'small' },
    fc.oneof(
      primitive('null', fc.constant(null)),
      primitive('boolean', fc.boolean()),
      primitive('int', fc.integer()),
      primitive('long', longs),
      primitive('float', fc.float()),
      primitive('double', fc.oneof(fc.double(), fc.integer(), amounts)),
      primitive('bytes', bytesOf({ maxLength: 20 })),
      primitive('string', texts),
      fc.constant({
        tag: 'long',
        type: { type: 'long', logicalType: 'timestamp-millis' },
        values: fc.nat(),
      }),
      fc.record({ tag: names, size: fc.nat({ max: 5 }) }).map(({ tag, size }) => ({
        tag,
        type: { type: 'fixed', name: tag, size },
        values: bytesOf({ minLength: size, maxLength: size }),
      })),
      fc
        .record({ tag: names, symbols: fc.uniqueArray(names, { minLength: 1, maxLength: 4 }) })
        .map((given) => ({
          tag: given.tag,
          type: { type: 'enum', name: given.tag, symbols: given.symbols },
          values: fc.constantFrom(...given.symbols),
        })),
    ),
    tie('typed').map(({ type, values }) => ({
      tag: 'array',
      type: { type: 'array', items: type },
      values: fc.array(values, { maxLength: 3 }),
    })),
    tie('typed').map(({ type, values }) => ({
      tag: 'map',
      type: { type: 'map', values: type },
      values: fc.dictionary(fc.oneof(texts, fc.nat().map(String), fc.constant('__proto__')), values, {
        maxKeys: 4,
      }),
    })),
    fc.record({ tag: names, fields: fc.array(tie('typed'), { maxLength: 4 }) }).map(({ tag, fields }) => ({
      tag,
      type: {
        type: 'record',
        name: tag,
        fields: fields.map(({ type }, index) => ({ name: `f${index}`, type })),
      },
      values: fc.record(Object.fromEntries(fields.map(({ values }, index) => [`f${index}`, values]))),
    })),
    fc
      .uniqueArray(tie('typed'), { selector: ({ tag }) => tag, minLength: 1, maxLength: 4 })
      .filter((branches) => branches.every(({ type }) => !Array.isArray(type)))
      .map(unionOf),
  ),
}));

/** Of null and one more type the value itself, of all others the value by its tag. */
function unionOf(branches: readonly Typed[]): Typed {
  const isOptional = branches.length === 2 && branches.some(({ tag }) => tag === 'null');
  return {
    tag: 'union',
    type: branches.map(({ type }) => type),
    values: fc.oneof(
      ...branches.map(({ tag, values }) =>
        tag === 'null' || isOptional ? values : values.map((value) => ({ [tag]: value })),
      ),
    ),
  };
}

const meta = fc.record({
  eventContractRef: texts,
  nonce: fc.option(fc.integer()),
  timestamp: fc.option(fc.maxSafeInteger()),
  keyLink: fc.option(texts),
  billingId: fc.option(texts),
  consentLevels: fc.array(fc.integer(), { maxLength: 3 }),
});
const emptyMeta = {
  eventContractRef: '',
  nonce: null,
  timestamp: null,
  keyLink: null,
  billingId: null,
  consentLevels: [],
};
const schemaOf = (type: unknown) =>
  compileSchema(
    JSON.stringify({
      type: 'record',
      name: 'Event',
      namespace: 'n',
      fields: [metaField('n'), { name: 'value', type }],
    }),
  );
/** Types with names of their own, without a namespace to be looked for in. */
const schemaAndBytes = fc.tuple(typed, meta).chain(([{ type, values }, strmMeta]) =>
  values.map((value) => {
    const schema = compileSchema(
      JSON.stringify({ type: 'record', name: 'Event', fields: [metaField(''), { name: 'value', type }] }),
    );
    return { schema, bytes: schema.encode({ strmMeta, value }) };
  }),
);

const header = Buffer.from([0, 0, 0, 0, 7]);

function outcomeOf(read: () => string): unknown {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof EventParseError)) throw error;
    return [error.field, error.message];
  }
}

describe(compilePrinter, () => {
  it('prints every event of every schema as reading and writing it does', () => {
    const sink = new TextSink();
    fc.assert(
      fc.property(schemaAndBytes, ({ schema, bytes }) => {
        schema.print(Buffer.concat([header, bytes]), header.length, sink);
        expect(sink.take()).toEqual(Buffer.from(schema.toJson(schema.decode(bytes), 'plain')));
      }),
      { numRuns: 300 },
    );
  });

  it('refuses what the reader refuses, with its words, and takes back what it printed', () => {
    const sink = new TextSink();
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 });
    fc.assert(
      fc.property(
        schemaAndBytes,
        changes,
        fc.nat(),
        fc.boolean(),
        ({ schema, bytes }, mutations, cut, isCut) => {
          for (const [at, byte] of mutations) bytes[at % bytes.length] = byte;
          const body = isCut ? bytes.subarray(0, cut % (bytes.length + 1)) : bytes;
          sink.text('before ');
          const printed = outcomeOf(() => {
            schema.print(body, 0, sink);
            return sink.take().toString();
          });
          expect(sink.take().toString()).toBe(typeof printed === 'string' ? '' : 'before ');
          expect(printed).toEqual(outcomeOf(() => `before ${schema.toJson(schema.decode(body), 'plain')}`));
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    ['a key that comes twice, in two blocks', '0402610202620402' + '02610600', '{"a":3,"b":2}'],
    ['a key that is an index, after another', '0402620202310400', '{"1":2,"b":1}'],
    ['a block with its size', '030c026102026204' + '00', '{"a":1,"b":2}'],
  ])('prints a map with %s as the object that it becomes', (_what, hex, printed) => {
    const schema = schemaOf({ type: 'map', values: 'int' });
    const empty = schema.encode({ strmMeta: emptyMeta, value: {} });
    const bytes = Buffer.concat([empty.subarray(0, -1), Buffer.from(hex, 'hex')]);
    const sink = new TextSink();
    schema.print(bytes, 0, sink);
    const text = sink.take().toString();
    expect(text).toBe(schema.toJson(schema.decode(bytes), 'plain'));
    expect(text).toContain(`"value":${printed}`);
  });

  it('prints recursive events as deep as the reader reads them', () => {
    const schema = schemaOf({
      type: 'record',
      name: 'Node',
      fields: [{ name: 'next', type: ['null', 'Node'] }],
    });
    const nested = (depth: number): EventRecord => ({ next: depth === 0 ? null : nested(depth - 1) });
    for (const depth of [0, 62, 63]) {
      const bytes = schema.encode({ strmMeta: emptyMeta, value: nested(depth) });
      const sink = new TextSink();
      expect(
        outcomeOf(() => {
          schema.print(bytes, 0, sink);
          return sink.take().toString();
        }),
      ).toEqual(outcomeOf(() => schema.toJson(schema.decode(bytes), 'plain')));
    }
  });
});
