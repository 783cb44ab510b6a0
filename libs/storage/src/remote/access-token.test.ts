import { createFakeClock } from '@ccd/reconcile/testing';
import { describe, expect, it } from '@jest/globals';
import { keepToken } from './access-token.ts';

describe(keepToken, () => {
  it('asks once for many, and again shortly before the token expires', async () => {
    const clock = createFakeClock();
    let asked = 0;
    const token = keepToken(async () => {
      asked += 1;
      return { value: `token ${asked}`, expiresAt: clock.now() + 3_600_000 };
    }, clock);
    await expect(Promise.all([token(), token()])).resolves.toEqual(['token 1', 'token 1']);
    await clock.advance(54 * 60_000);
    await expect(token()).resolves.toBe('token 1');
    await clock.advance(60_000);
    await expect(token()).resolves.toBe('token 2');
  });

  it('asks again after a failure', async () => {
    const answers = [
      Promise.reject(new Error('down')),
      Promise.resolve({ value: 'token', expiresAt: Infinity }),
    ];
    const token = keepToken(
      async () => answers.shift() ?? { value: 'late', expiresAt: 0 },
      createFakeClock(),
    );
    await expect(token()).rejects.toThrow('down');
    await expect(token()).resolves.toBe('token');
  });
});
