import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '@ccd/reconcile/testing';
import { createFailedAttempts } from './failed-attempts.ts';

describe(createFailedAttempts, () => {
  it('makes a sender wait that failed too often at one client, and nobody else', async () => {
    const clock = createFakeClock();
    const attempts = createFailedAttempts({ clock, allowed: 2 });
    attempts.failed('1.2.3.4', 'a');
    expect(attempts.retryAfter('1.2.3.4', 'a')).toBeUndefined();
    attempts.failed('1.2.3.4', 'a');
    expect(attempts.retryAfter('1.2.3.4', 'a')).toBe(60);
    expect(attempts.retryAfter('1.2.3.4', 'b')).toBeUndefined();
    expect(attempts.retryAfter('1.2.3.5', 'a')).toBeUndefined();
    await clock.advance(60_000);
    expect(attempts.retryAfter('1.2.3.4', 'a')).toBeUndefined();
  });

  it('watches no more than it may', () => {
    const attempts = createFailedAttempts({ clock: createFakeClock(), allowed: 1, capacity: 2 });
    for (const client of ['a', 'b', 'c']) attempts.failed('s', client);
    expect(['a', 'b', 'c'].map((client) => attempts.retryAfter('s', client))).toEqual([undefined, 60, 60]);
  });
});
