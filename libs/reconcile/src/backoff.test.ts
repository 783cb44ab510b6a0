import { describe, expect, it } from '@jest/globals';
import { backoffMs, createBackoff, spreadInterval } from './backoff.ts';
import { createFakeClock } from './testing/fake-clock.ts';

const key = { kind: 'topic', id: '1' };
const passing = { terminal: false };

describe(backoffMs, () => {
  it.each([
    [1, 750],
    [2, 1_500],
    [5, 12_000],
    [11, 768_000],
    [12, 900_000],
    [1_000_000, 900_000],
  ])('doubles from 750 ms to 15 min: failure %i', (failures, ms) => {
    expect(backoffMs(failures, 0.5)).toBe(ms);
  });

  it.each([0, 0.25, 0.5, 0.999])('stays within 20 %% and the bounds for the random number %d', (random) => {
    for (let failures = 1; failures < 20; failures++) {
      const [delay, middle] = [backoffMs(failures, random), backoffMs(failures, 0.5)];
      expect(Math.abs(delay - middle)).toBeLessThanOrEqual(0.2 * middle);
      expect(delay).toBeGreaterThanOrEqual(750);
      expect(delay).toBeLessThanOrEqual(900_000);
    }
  });

  it('differs with the random number', () => {
    expect(backoffMs(4, 0.1)).not.toBe(backoffMs(4, 0.9));
  });
});

describe(spreadInterval, () => {
  it.each([
    [0, 90],
    [0.5, 100],
    [1, 110],
  ])('spreads by 10 %% either way: %d', (random, ms) => {
    expect(spreadInterval(100, random)).toBeCloseTo(ms);
  });
});

describe(createBackoff, () => {
  it('waits after a failure until its time has come', async () => {
    const clock = createFakeClock();
    const backoff = createBackoff(clock, () => 0.5);
    expect(backoff.failed(key, 'a', passing)).toBe(750);
    expect(backoff.waiting(key, 'a')?.dueAt).toBe(750);
    await clock.advance(750);
    expect(backoff.waiting(key, 'a')).toBeUndefined();
    expect(backoff.failed(key, 'a', passing)).toBe(750 + 1_500);
  });

  it('forgets what failed under another hash', () => {
    const backoff = createBackoff(createFakeClock(), () => 0.5);
    backoff.failed(key, 'a', passing);
    backoff.failed(key, 'a', passing);
    expect(backoff.waiting(key, 'b')).toBeUndefined();
    expect(backoff.failed(key, 'b', passing)).toBe(750);
  });

  it('begins anew after a success', () => {
    const backoff = createBackoff(createFakeClock(), () => 0.5);
    backoff.failed(key, 'a', passing);
    backoff.succeeded(key);
    expect(backoff.waiting(key, 'a')).toBeUndefined();
    expect(backoff.failed(key, 'a', passing)).toBe(750);
  });

  it('waits the full 15 min after a terminal error', () => {
    const backoff = createBackoff(createFakeClock(), () => 0.5);
    expect(backoff.failed(key, 'a', { terminal: true })).toBe(900_000);
  });

  it('waits no longer than makes sense for the error', () => {
    const backoff = createBackoff(createFakeClock(), () => 0.5);
    const wait = () => backoff.failed(key, 'a', { terminal: false, longestMs: 60_000 });
    for (let failures = 1; failures < 20; failures += 1) expect(wait()).toBeLessThanOrEqual(60_000);
    expect(wait()).toBe(60_000);
  });

  it.each([
    [100, 750],
    [5_000, 5_000],
    [86_400_000, 900_000],
  ])('leaves an engine alone for the %i ms that it asked for, within reason', (retryAfterMs, ms) => {
    const backoff = createBackoff(createFakeClock(), () => 0.5);
    expect(backoff.failed(key, 'a', { terminal: false, retryAfterMs })).toBe(ms);
  });

  it('forgets keys that nobody works on any more', () => {
    const backoff = createBackoff(createFakeClock(), () => 0.5);
    backoff.failed(key, 'a', passing);
    backoff.retain({ has: () => false });
    expect(backoff.waiting(key, 'a')).toBeUndefined();
  });
});
