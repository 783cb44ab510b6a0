import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as errors from '../../errors.ts';
import { fromWireError, toWireError } from './error-codec.ts';
import { createFrameDecoder, encodeFrame, ProtocolError } from './frames.ts';
import { decodeAppends, decodeRecords, encodeAppends, encodeRecords } from './record-codec.ts';

const bytes = fc.uint8Array({ maxLength: 200 });

/** The name of the error that the task throws. */
function outcomeOf(task: () => unknown): string {
  try {
    task();
    return 'none';
  } catch (error) {
    return error instanceof Error ? error.name : 'something else';
  }
}

describe(createFrameDecoder, () => {
  it('finds the frames however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.jsonValue(), bytes)),
        fc.array(fc.integer({ min: 1, max: 50 })),
        (sent, cuts) => {
          const stream = Buffer.concat(sent.map(([header, payload]) => encodeFrame(header, payload)));
          const decoder = createFrameDecoder(1_000_000);
          const received = [];
          for (let at = 0, n = 0; at < stream.length; n++) {
            const end = at + (cuts[n % cuts.length] ?? stream.length);
            received.push(...decoder.push(stream.subarray(at, end)));
            at = end;
          }
          const wanted = sent.map(([header, payload]) => ({
            header: JSON.parse(JSON.stringify(header)) as unknown,
            payload: Buffer.from(payload),
          }));
          expect(received).toEqual(wanted);
        },
      ),
    );
  });

  it('refuses a frame above the limit before it arrives', () => {
    const decoder = createFrameDecoder(100);
    expect(() => decoder.push(Buffer.from([0, 0, 0, 101]))).toThrow(ProtocolError);
  });

  it('throws nothing but ProtocolError on noise', () => {
    fc.assert(
      fc.property(bytes, (noise) => {
        const outcome = outcomeOf(() => createFrameDecoder(1_000).push(Buffer.from(noise)));
        expect(['none', 'ProtocolError']).toContain(outcome);
      }),
    );
  });
});

describe('records', () => {
  const blob = fc.option(bytes.map((value) => Buffer.from(value)));
  const blobs = { key: blob, value: blob, headers: blob };
  const whole = fc.maxSafeNat();

  it('come out of decodeAppends as they went into encodeAppends', () => {
    const append = fc.record({
      topic: fc.nat(),
      partition: fc.integer({ min: -1, max: 1_000 }),
      timestamp: whole,
      ...blobs,
    });
    fc.assert(
      fc.property(fc.array(append), (records) => {
        expect(decodeAppends(encodeAppends(records))).toEqual(records);
      }),
    );
  });

  it('come out of decodeRecords as they went into encodeRecords', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ offset: whole, timestamp: whole, ...blobs })), (records) => {
        expect(decodeRecords(encodeRecords(records))).toEqual(records);
      }),
    );
  });

  it.each([decodeAppends, decodeRecords])('%p throws nothing but ProtocolError on noise', (decode) => {
    fc.assert(
      fc.property(bytes, (noise) => {
        expect(['none', 'ProtocolError']).toContain(outcomeOf(() => decode(Buffer.from(noise))));
      }),
    );
  });
});

describe('errors', () => {
  it.each([
    new errors.TopicExistsError('t'),
    new errors.TopicNotFoundError('t'),
    new errors.InvalidTopicError('r'),
    new errors.InvalidRecordError('t', 'r'),
    new errors.RecordTooLargeError('t', 2, 1),
    new errors.LogUnavailableError('r'),
    new errors.ProducerFencedError('id'),
    new errors.PartitionsLostError('g'),
    new errors.InvalidRequestError('r'),
  ])('cross the socket as what they are: $name', (error) => {
    const crossed = fromWireError(toWireError(error));
    expect(crossed).toEqual(error);
    expect(crossed.constructor).toBe(error.constructor);
  });

  it('that are faults of the engine cross as unavailability, without their text', () => {
    const crossed = fromWireError(toWireError(new Error('disk I/O error in /secret/path')));
    expect(crossed).toBeInstanceOf(errors.LogUnavailableError);
    expect(crossed.message).not.toContain('/secret/path');
  });

  it.each([
    { code: 'NoSuchError', fields: {} },
    { code: 'toString', fields: {} },
    { code: 'TopicNotFoundError', fields: { topic: 7 } },
  ])('that make no sense are unavailability: %j', (wire) => {
    expect(fromWireError(wire)).toBeInstanceOf(errors.LogUnavailableError);
  });
});
