import { describe, expect, it } from '@jest/globals';
import { systemClock } from './system-clock.ts';

describe('systemClock', () => {
  it('never runs its monotonic time backwards', () => {
    const first = systemClock.monotonic();
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(first);
  });

  it('resolves a sleep of no length', async () => {
    await expect(systemClock.sleep(0)).resolves.toBeUndefined();
  });

  it('rejects a sleep longer than any timer with the reason of its signal', async () => {
    const stop = new AbortController();
    const sleep = systemClock.sleep(Number.MAX_SAFE_INTEGER, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(sleep).rejects.toThrow('stopped');
  });

  it('rejects at once when the signal has aborted before', async () => {
    await expect(systemClock.sleep(60_000, AbortSignal.abort(new Error('too late')))).rejects.toThrow(
      'too late',
    );
  });
});
