import { describe, expect, it } from '@jest/globals';
import { decodeUsageMark, encodeUsageMark } from './usage-mark.ts';

const mark = {
  installationId: 'installation-1',
  stream: { uuid: 'uuid-1', name: 'demo', projectId: 'project-1' },
  events: 12,
  since: 1_000,
  at: 2_000,
};

describe(decodeUsageMark, () => {
  it('reads what was written, by the key of its stream', () => {
    const { key, value } = encodeUsageMark(mark);
    expect(key?.toString()).toBe('uuid-1');
    expect(decodeUsageMark(value)).toStrictEqual(mark);
  });

  it.each([
    ['a tombstone', null],
    ['no JSON', Buffer.from('{')],
    ['other JSON', Buffer.from('[]')],
    ['a time that is none', Buffer.from(JSON.stringify({ ...mark, at: 9e15 }))],
    ['a negative count', Buffer.from(JSON.stringify({ ...mark, events: -1 }))],
  ])('finds nothing in %s', (_case, value) => {
    expect(decodeUsageMark(value)).toBeUndefined();
  });
});
