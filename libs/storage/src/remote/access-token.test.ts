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
    await expect(Promise.all([token.get(), token.get()])).resolves.toEqual(['token 1', 'token 1']);
    await clock.advance(54 * 60_000);
    await expect(token.get()).resolves.toBe('token 1');
    await clock.advance(60_000);
    await expect(token.get()).resolves.toBe('token 2');
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
    await expect(token.get()).rejects.toThrow('down');
    await expect(token.get()).resolves.toBe('token');
  });

  it('serves the kept token until it expires while no other is to be had, and asks again every ten seconds', async () => {
    const clock = createFakeClock();
    let asked = 0;
    const token = keepToken(async () => {
      asked += 1;
      if (asked > 1) throw new Error('down');
      return { value: 'token', expiresAt: clock.now() + 3_600_000 };
    }, clock);
    await token.get();
    await clock.advance(55 * 60_000);
    await expect(Promise.all([token.get(), token.get()])).resolves.toEqual(['token', 'token']);
    await clock.advance(9_999);
    await expect(token.get()).resolves.toBe('token');
    expect(asked).toBe(2);
    await clock.advance(1);
    await expect(token.get()).resolves.toBe('token');
    expect(asked).toBe(3);
    await clock.advance(5 * 60_000);
    await expect(token.get()).rejects.toThrow('down');
  });

  it('gives another one where the service did not take the kept one', async () => {
    let asked = 0;
    const token = keepToken(async () => {
      asked += 1;
      return { value: `token ${asked}`, expiresAt: Infinity };
    }, createFakeClock());
    await expect(token.get()).resolves.toBe('token 1');
    token.drop();
    await expect(token.get()).resolves.toBe('token 2');
  });
});
