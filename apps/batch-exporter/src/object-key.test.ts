import { describe, expect, it } from '@jest/globals';
import { objectKey } from './object-key.ts';

const boundary = Date.UTC(2022, 4, 10, 13, 10, 0);

describe(objectKey, () => {
  it('names time, topic and partition of an export of events', () => {
    expect(objectKey('ccd-events-demo', boundary, { topic: 'stream-4a35', partition: 3 }, 'events')).toBe(
      'ccd-events-demo/2022-05-10T13:10:00-stream-4a35---3.jsonl',
    );
  });

  it('has no folder without a prefix, and csv for keys', () => {
    expect(objectKey('', boundary, { topic: 'keys-4a35', partition: 0 }, 'keys')).toBe(
      '2022-05-10T13:10:00-keys-4a35---0.csv',
    );
  });
});
