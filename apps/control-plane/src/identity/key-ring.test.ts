import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '@ccd/reconcile/testing';
import type { FakeClock } from '@ccd/reconcile/testing';
import { refreshKeys } from './key-kinds.ts';
import { createKeyRing, NoSigningKeyError } from './key-ring.ts';
import { createMemoryRegistry } from './testing/memory-registry.ts';

const life = { rotateAfterMs: 100_000, publishAheadMs: 20_000, tokenLifeMs: 10_000 };

function setUp(clock: FakeClock = createFakeClock(), registry = createMemoryRegistry()) {
  return { clock, registry, ring: createKeyRing({ store: registry.keys, clock, kind: refreshKeys, life }) };
}

describe(createKeyRing, () => {
  it('has no key before it was tended', () => {
    expect(() => setUp().ring.signing()).toThrow(NoSigningKeyError);
  });

  it('goes on with the stored keys after a restart', async () => {
    const before = setUp();
    await before.ring.tend();
    const after = setUp(before.clock, before.registry);
    await after.ring.tend();
    expect(after.ring.signing().kid).toBe(before.ring.signing().kid);
    expect(before.registry.storedKeys.size).toBe(1);
  });

  it('makes the next key in time, signs with it later, and removes the old one last', async () => {
    const { clock, ring, registry } = setUp();
    await ring.tend();
    const first = ring.signing().kid;
    await clock.advance(100_000);
    await ring.tend();
    expect([ring.signing().kid, ring.verifying().length]).toEqual([first, 2]);
    await clock.advance(20_000);
    expect(ring.signing().kid).not.toBe(first);
    await clock.advance(9_999);
    await expect(ring.find(first)).resolves.toBeDefined();
    await clock.advance(1);
    await ring.tend();
    await expect(ring.find(first)).resolves.toBeUndefined();
    expect(registry.storedKeys.size).toBe(1);
  });

  it('finds a key that another replica has made meanwhile, but does not ask the store again and again', async () => {
    const { clock, ring, registry } = setUp();
    await ring.tend();
    const other = await refreshKeys.generate(clock.now());
    await registry.keys.save(other);
    await expect(ring.find(other.kid)).resolves.toBeUndefined();
    await clock.advance(10_000);
    await expect(ring.find(other.kid)).resolves.toMatchObject({ kid: other.kid });
  });

  it('leaves keys of another purpose alone', async () => {
    const { clock, ring, registry } = setUp();
    await registry.keys.save({
      ...(await refreshKeys.generate(clock.now())),
      kid: 'other',
      algorithm: 'RS256',
    });
    await ring.tend();
    expect(ring.signing().kid).not.toBe('other');
    expect([...registry.storedKeys.keys()]).toContain('other');
  });
});
