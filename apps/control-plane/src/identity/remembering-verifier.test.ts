import { createFakeClock } from '@ccd/reconcile/testing';
import { describe, expect, it } from '@jest/globals';
import { InvalidTokenError } from './invalid-token-error.ts';
import { createRememberingVerifier } from './remembering-verifier.ts';

const signature = 's'.repeat(342);

function setUp({ lifeMs = 3_600_000, capacity = 10 } = {}) {
  const clock = createFakeClock();
  const acceptedUntil = clock.now() + lifeMs;
  const refused = new Set<string>();
  const seen: string[] = [];
  const verifier = createRememberingVerifier({
    clock,
    capacity,
    verifier: {
      async verify(token) {
        seen.push(token);
        if (refused.has(token)) throw new InvalidTokenError('its key is not one of ours');
        return { realm: 'installations', clientId: token.slice(0, 5), acceptedUntil };
      },
    },
  });
  return { clock, refused, seen, verify: (token: string) => verifier.verify(token) };
}

describe(createRememberingVerifier, () => {
  it('verifies a token once while it is shown again and again', async () => {
    const { verify, seen } = setUp();
    const first = await verify(`ins-1.${signature}`);
    expect(await verify(`ins-1.${signature}`)).toEqual(first);
    expect(seen).toHaveLength(1);
  });

  it('tells tokens apart that end alike', async () => {
    const { verify } = setUp();
    const answers = [await verify(`ins-1.${signature}`), await verify(`ins-2.${signature}`)];
    expect(answers.map(({ clientId }) => clientId)).toEqual(['ins-1', 'ins-2']);
  });

  it('looks again within a minute, so that a withdrawn key counts no longer', async () => {
    const { verify, refused, clock } = setUp();
    await verify('a');
    refused.add('a');
    await clock.advance(49_000);
    await expect(verify('a')).resolves.toBeDefined();
    await clock.advance(1_000);
    await expect(verify('a')).rejects.toThrow(InvalidTokenError);
  });

  it('does not outlive a token that is shown all the time', async () => {
    const { verify, seen, clock } = setUp({ lifeMs: 10_000 });
    await verify('a');
    await clock.advance(9_999);
    await verify('a');
    expect(seen).toHaveLength(1);
    await clock.advance(1);
    await verify('a');
    expect(seen).toHaveLength(2);
  });

  it('remembers no refusal, and no more tokens than it may', async () => {
    const { verify, refused, seen } = setUp({ capacity: 2 });
    refused.add('a');
    await expect(verify('a')).rejects.toThrow(InvalidTokenError);
    refused.clear();
    for (const token of ['a', 'b', 'c', 'c', 'a']) await verify(token);
    expect(seen).toEqual(['a', 'a', 'b', 'c', 'a']);
  });
});
