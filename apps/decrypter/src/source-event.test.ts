import type { ContractDefinition, EventRecord } from '@ccd/contracts';
import { compileContract, encodeValue, SpliceSink } from '@ccd/contracts';
import { pageViewOf, pageViews } from '@ccd/contracts/testing';
import { createRecordReader } from '@ccd/dataplane';
import type { FieldCipher } from '@ccd/privacy';
import { createFieldCiphers, generateKeyset } from '@ccd/privacy';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DerivedStream } from './derive-event.ts';
import { createDerivedStream } from './derive-event.ts';
import { HeldKeys } from './held-keys.ts';
import type { SourceEvent } from './source-event.ts';
import { createSourceReader } from './source-event.ts';

const other: ContractDefinition = { ...pageViews, ref: 'bench/page-view/1.0.1', fields: [] };
const contract = compileContract(pageViews);
const held = new HeldKeys({ ciphers: createFieldCiphers() });
const cipher = createFieldCiphers().prepareKeyset(generateKeyset());

function setUp(masked: Readonly<Record<string, string[]>> = {}) {
  const derived = [
    createDerivedStream({ topic: 'a', consent: { type: 'CUMULATIVE', levels: [2] } }),
    createDerivedStream({
      topic: 'b',
      consent: { type: 'GRANULAR', levels: [1] },
      masking: { seed: 's', fields: masked },
    }),
  ];
  const contracts = new Map([pageViews, other].map((each) => [each.ref, each]));
  const catalog = {
    contract: async (ref: string) => contracts.get(ref),
    schemaById: async () => pageViews.schema.definition,
  };
  return { derived, source: createSourceReader(createRecordReader(catalog), derived) };
}

function valueOf(changes: EventRecord, ref = pageViews.ref): Buffer {
  const { strmMeta, ...event } = pageViewOf(1);
  const meta = { ...(strmMeta as EventRecord), eventContractRef: ref, keyLink: 'link' };
  const clear = { strmMeta: meta, ...event, ...changes };
  const encrypted = contract.replacePersonal(
    clear,
    () => true,
    (text) => cipher.encrypt(text),
  );
  return encodeValue('confluent', pageViews.schemaId, contract.schema, encrypted);
}

function derive(event: SourceEvent | undefined, stream: DerivedStream | undefined, key: FieldCipher): Buffer {
  if (event === undefined || stream === undefined) throw new TypeError('there is an event and a stream');
  const sink = new SpliceSink();
  sink.begin(Buffer.alloc(0));
  event.derive(stream, key, sink);
  return sink.done();
}

const text = fc.string({ unit: 'grapheme' });
const changes = fc.record({
  sessionId: text,
  customerId: text,
  email: fc.option(text),
  language: text,
  quantity: fc.integer(),
});

describe(createSourceReader, () => {
  it('derives the bytes of events as it derives the events', async () => {
    const { derived, source } = setUp({ [pageViews.ref]: ['customerId', 'email', 'language'] });
    await fc.assert(
      fc.asyncProperty(changes, async (change) => {
        const value = valueOf(change);
        source.beginBatch();
        expect(source.readAtOnce(value)).toBeUndefined();
        const [whole, bytes] = [await source.read(value), source.readAtOnce(value)];
        expect(bytes?.keyOf(held)).toBe(whole?.keyOf(held));
        expect(bytes?.keyOf(held)?.keyLink).toBe('link');
        expect(bytes?.streams).toEqual(whole?.streams);
        for (const stream of derived) {
          expect(derive(bytes, stream, cipher)).toEqual(derive(whole, stream, cipher));
        }
      }),
    );
  });

  it('reads an event of another contract of the same schema whole', async () => {
    const { source } = setUp();
    await source.read(valueOf({}));
    expect(source.readAtOnce(valueOf({}, other.ref))).toBeUndefined();
    expect(source.readAtOnce(valueOf({}))).toBeDefined();
  });

  it('asks for the contract again in the next batch', async () => {
    const { source } = setUp();
    await source.read(valueOf({}));
    source.beginBatch();
    expect(source.readAtOnce(valueOf({}))).toBeUndefined();
  });

  it('passes no event on with a field in clear text that cannot be masked', async () => {
    const { derived, source } = setUp({ [pageViews.ref]: ['nowhere'] });
    const event = await source.read(valueOf({}));
    expect(source.readAtOnce(valueOf({}))).toBeUndefined();
    const [, masking] = derived;
    expect(() => derive(event, masking, cipher)).toThrow("the field 'nowhere' that is to be masked");
  });

  it('derives nothing of bytes that another key encrypted', async () => {
    const { derived, source } = setUp();
    await source.read(valueOf({}));
    const foreign = createFieldCiphers().prepareKeyset(generateKeyset());
    const [first] = derived;
    expect(() => derive(source.readAtOnce(valueOf({})), first, foreign)).toThrow(
      'it was encrypted with another key',
    );
  });
});
