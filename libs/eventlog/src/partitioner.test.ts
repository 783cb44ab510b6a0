import { describe, expect, it } from '@jest/globals';
import { murmur2, partitionOfKey } from './partitioner.ts';

describe(murmur2, () => {
  // Values of UtilsTest.testMurmur2 in Apache Kafka.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as Kafka does', (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
  });

  it('hashes a view at an odd offset as it hashes a copy', () => {
    const padded = Buffer.from('xfoobar');
    expect(murmur2(padded.subarray(1))).toBe(-790332482);
  });
});

describe(partitionOfKey, () => {
  it('drops the sign bit before it takes the remainder', () => {
    expect(partitionOfKey(Buffer.from('21'), 5)).toBe((-973932308 & 0x7fffffff) % 5);
  });
});
