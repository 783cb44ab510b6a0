import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { planKeys } from './key-plan.ts';
import type { KeyAge, KeyLife } from './key-plan.ts';

const life: KeyLife = { rotateAfterMs: 1_000, publishAheadMs: 100, tokenLifeMs: 50 };
const [a, b]: KeyAge[] = [
  { kid: 'a', createdAt: 0 },
  { kid: 'b', createdAt: 1_000 },
];
const both = [b, a].flatMap((key) => key ?? []);

function at(now: number, keys: readonly KeyAge[] = both) {
  const { signing, verifying, expired, needsNewKey } = planKeys(keys, now, life);
  const kids = (list: readonly KeyAge[]): string => list.map(({ kid }) => kid).join();
  return { signing: signing?.kid, verifying: kids(verifying), expired: kids(expired), needsNewKey };
}

describe(planKeys, () => {
  it('asks for a key where there is none', () => {
    expect(at(0, [])).toEqual({ signing: undefined, verifying: '', expired: '', needsNewKey: true });
  });

  it('signs at once with the only key, and asks for the next when it gets old', () => {
    const only = [{ kid: 'a', createdAt: 0 }];
    expect(at(0, only)).toMatchObject({ signing: 'a', needsNewKey: false });
    expect(at(1_000, only)).toMatchObject({ signing: 'a', needsNewKey: true });
  });

  it('publishes a key before it signs', () => {
    expect(at(1_099)).toEqual({ signing: 'a', verifying: 'a,b', expired: '', needsNewKey: false });
    expect(at(1_100)).toEqual({ signing: 'b', verifying: 'a,b', expired: '', needsNewKey: false });
  });

  it('keeps a key until the last token that it signed has expired', () => {
    expect(at(1_149)).toMatchObject({ verifying: 'a,b', expired: '' });
    expect(at(1_150)).toMatchObject({ verifying: 'b', expired: 'a' });
  });

  it('signs with a key that verifies, and for the whole life of the token, whatever the keys', () => {
    const keys = fc.uniqueArray(
      fc.record({ kid: fc.uuid(), createdAt: fc.integer({ min: 0, max: 5_000 }) }),
      { minLength: 1, maxLength: 6, selector: ({ kid }) => kid },
    );
    fc.assert(
      fc.property(keys, fc.integer({ min: 0, max: 10_000 }), (given, now) => {
        const { signing } = planKeys(given, now, life);
        expect(signing).toBeDefined();
        const later = planKeys(given, now + life.tokenLifeMs - 1, life);
        expect(later.verifying).toContain(signing);
      }),
    );
  });
});
