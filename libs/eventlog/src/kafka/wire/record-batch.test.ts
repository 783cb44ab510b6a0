import { describe, expect, it } from '@jest/globals';
import { crc32c, createRecordsBatch, Reader, readRecordsBatches } from '@platformatic/kafka';
import fc from 'fast-check';
import { decodeBatches } from './decode-batches.ts';
import { compressions, encodeBatch, encodedBytes, toHeaders } from './encode-batch.ts';
import type { EncodableRecord } from './encode-batch.ts';

const place = { topic: 't', partition: 3 };
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const record = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.dictionary(fc.string({ maxLength: 10 }), fc.string({ maxLength: 10 })),
  timestamp: fc.integer({ min: 0, max: 2 ** 43 }),
});
const identity = { producerId: 5n, producerEpoch: 1, firstSequence: 7, transactional: false };
const encodable = ({
  headers,
  ...rest
}: { headers: Record<string, string> } & Omit<EncodableRecord, 'headers'>) => ({
  ...rest,
  headers: toHeaders(headers),
});

/** A batch as the broker hands it out: with the offset of its first record. */
function at(offset: number, batch: Buffer): Buffer {
  const stored = Buffer.from(batch);
  stored.writeBigInt64BE(BigInt(offset), 0);
  return stored;
}

function batchOf(offset: number, values: readonly string[], producer: Partial<typeof identity> = {}): Buffer {
  const records = values.map((value) => ({
    key: null,
    value: Buffer.from(value),
    headers: [],
    timestamp: 1,
  }));
  return at(offset, encodeBatch(records, { ...identity, ...producer }, 'none'));
}

/** The marker at the end of a transaction. */
function marker(offset: number, producerId: bigint, kind: 'abort' | 'commit'): Buffer {
  const key = Buffer.from([0, 0, 0, kind === 'abort' ? 0 : 1]);
  const control = { key, value: Buffer.alloc(6), headers: [], timestamp: 1 };
  const batch = at(offset, encodeBatch([control], { ...identity, producerId, transactional: true }, 'none'));
  batch.writeInt16BE(batch.readInt16BE(21) | (1 << 5), 21);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

const valuesOf = (
  batches: readonly Buffer[],
  from: number,
  aborted: { producerId: bigint; firstOffset: bigint }[] = [],
) => {
  const { records, nextOffset } = decodeBatches(place, Buffer.concat(batches), from, aborted);
  return { values: records.map(({ value }) => String(value)), nextOffset };
};

describe('record batches', () => {
  it.each(compressions)('give back what was put in, with compression %s', (compression) => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), (records) => {
        const batch = at(40, encodeBatch(records.map(encodable), identity, compression));
        expect(decodeBatches(place, batch, 0, [])).toEqual({
          records: records.map((each, index) => ({ ...place, offset: 40 + index, ...each })),
          nextOffset: 40 + records.length,
        });
      }),
      { numRuns: 30 },
    );
  });

  it('are those that the library reads', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), (records) => {
        const [batch] = readRecordsBatches(
          Reader.from(encodeBatch(records.map(encodable), identity, 'none')),
        );
        expect(batch).toMatchObject({ producerId: 5n, producerEpoch: 1, firstSequence: 7, magic: 2 });
        expect(batch?.records.map(({ key, value }) => [key, value])).toEqual(
          records.map(({ key, value }) => [key, value]),
        );
        expect(
          batch?.records.map(({ timestampDelta }) => Number(batch.firstTimestamp + timestampDelta)),
        ).toEqual(records.map(({ timestamp }) => timestamp));
      }),
    );
  });

  it('are the same bytes as the library writes', () => {
    const value = Buffer.from('value');
    const theirs = createRecordsBatch(
      [{ topic: 't', partition: 0, key: Buffer.from('k'), value, headers: new Map(), timestamp: 99n }],
      { producerId: 5n, producerEpoch: 1, partitionLeaderEpoch: -1 },
    ).buffer;
    const records = [{ key: Buffer.from('k'), value, headers: [], timestamp: 99 }];
    expect(encodeBatch(records, { ...identity, firstSequence: 0 }, 'none')).toEqual(theirs);
  });

  it('are never larger than what they were reckoned to be', () => {
    fc.assert(
      fc.property(record, (each) => {
        const one = encodable(each);
        expect(encodeBatch([one], identity, 'none').length).toBeLessThanOrEqual(61 + encodedBytes(one));
      }),
    );
  });

  it('begin in their middle where the fetch did, and leave out one that was cut off', () => {
    const second = batchOf(3, ['d', 'e']);
    expect(valuesOf([batchOf(0, ['a', 'b', 'c']), second.subarray(0, -1)], 1)).toEqual({
      values: ['b', 'c'],
      nextOffset: 3,
    });
  });

  it('are not taken where a single bit of them is another one', () => {
    const whole = batchOf(7, ['value']);
    for (let at = 17; at < whole.length; at++) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      expect(() => decodeBatches(place, damaged, 0, [])).toThrow('the record batch at offset 7 is damaged');
    }
  });

  it('keep nothing of a transaction that was aborted, and pass it and its marker', () => {
    const [aborted, committed] = [8n, 9n];
    const batches = [
      batchOf(0, ['never'], { producerId: aborted, transactional: true }),
      batchOf(1, ['kept'], { producerId: committed, transactional: true }),
      batchOf(2, ['plain']),
      marker(3, aborted, 'abort'),
      batchOf(4, ['again'], { producerId: aborted, transactional: true }),
      marker(5, aborted, 'commit'),
      marker(6, committed, 'commit'),
    ];
    expect(valuesOf(batches, 0, [{ producerId: aborted, firstOffset: 0n }])).toEqual({
      values: ['kept', 'plain', 'again'],
      nextOffset: 7,
    });
  });
});
