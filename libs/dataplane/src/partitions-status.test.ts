import { describe, expect, it } from '@jest/globals';
import { createPartitionsStatus } from './partitions-status.ts';

function setUp() {
  const told: string[] = [];
  const status = createPartitionsStatus({
    running: () => told.push('running'),
    failing: (reason, message) => told.push(`${reason}: ${message}`),
  });
  return { status, told };
}

describe(createPartitionsStatus, () => {
  it('fails as long as any partition waits, whichever goes on first', () => {
    const { status, told } = setUp();
    status.waits(2, 41, 'KeyMissing', 'no key');
    status.waits(0, 7, 'MaskingFailed', 'no field');
    status.goesOn(0);
    status.running();
    expect(told.at(-1)).toBe('KeyMissing: Partition 2 waits at offset 41: no key');
    status.goesOn(2);
    expect(told.at(-1)).toBe('running');
  });

  it('says nothing about a partition that never waited', () => {
    const { status, told } = setUp();
    status.goesOn(1);
    expect(told).toEqual([]);
  });
});
