import { createFieldCiphers, DestroyedCipherError, generateKeyset, keysetToJson } from '@ccd/privacy';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HeldKeys } from './held-keys.ts';
import type { HeldKey } from './held-keys.ts';

const keysets = new Map<string, string>();

/** Of one link always the same. */
function keysetOf({ keyLink }: HeldKey): string {
  const keyset = keysets.get(keyLink) ?? keysetToJson(generateKeyset());
  keysets.set(keyLink, keyset);
  return keyset;
}

function setUp(capacity?: number, slots = 100) {
  const ciphers = createFieldCiphers({ capacity: slots });
  const held = new HeldKeys({ ciphers, ...(capacity === undefined ? {} : { capacity }) });
  const of = (link: string) => held.of(Buffer.from(`..${link}.`), 2, 2 + Buffer.byteLength(link));
  const cipherOf = (link: string) => held.cipherOf(of(link), keysetOf(of(link)));
  return { held, of, cipherOf };
}

describe(HeldKeys, () => {
  it('finds a key by the bytes of its link, and no other', () => {
    // Of so few letters many links have the same hash.
    const links = fc.array(fc.string({ unit: fc.constantFrom('A', 'a', 'B', 'b', 'C', '#'), maxLength: 4 }));
    fc.assert(
      fc.property(links, (asked) => {
        const { of } = setUp();
        const found = new Map(asked.map((link) => [link, of(link)]));
        for (const [link, key] of found) {
          expect(of(link)).toBe(key);
          expect(key.keyLink).toBe(link);
        }
        expect(new Set(found.values()).size).toBe(found.size);
      }),
    );
  });

  it('prepares a key once while it is kept', () => {
    const { cipherOf } = setUp();
    expect(cipherOf('a')).toBe(cipherOf('a'));
  });

  it('wipes a key that was not used since to make room, and forgets its link', () => {
    const { of, cipherOf } = setUp(2);
    // Links of the same hash, of which one is forgotten out of the middle.
    const [first, second, third] = ['AaAa', 'AaBB', 'BBAa'].map((link) => ({ link, key: of(link) }));
    if (!first || !second || !third) throw new TypeError('there are three');
    const wiped = cipherOf(first.link);
    cipherOf(second.link);
    const kept = cipherOf(third.link);
    expect(() => wiped.encrypt('text')).toThrow(DestroyedCipherError);
    expect(of(first.link)).not.toBe(first.key);
    expect(of(second.link)).toBe(second.key);
    expect(of(third.link)).toBe(third.key);
    expect(cipherOf(third.link)).toBe(kept);
  });

  it('spares a key that was used since another had to go', () => {
    const { cipherOf } = setUp(2);
    const [one, other] = [cipherOf('a'), cipherOf('b')];
    cipherOf('a');
    cipherOf('c');
    expect(cipherOf('a')).toBe(one);
    expect(() => other.encrypt('text')).toThrow(DestroyedCipherError);
  });

  it('prepares a key again for a batch that held it while it was displaced', () => {
    const { held, of, cipherOf } = setUp(1);
    const key = of('a');
    const before = cipherOf('a').encrypt('text');
    cipherOf('b');
    expect(held.cipherOf(key, keysetOf(key)).encrypt('text')).toBe(before);
    held.clear();
    expect(key.cipher).toBeUndefined();
  });

  it('needs no more keys at a time than it may keep, in whatever order they are used', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 9 })), fc.integer({ min: 1, max: 4 }), (order, capacity) => {
        const { cipherOf } = setUp(capacity, capacity);
        for (const link of order) {
          const cipher = cipherOf(String(link));
          expect(cipher.decrypt(cipher.encrypt('text'))).toBe('text');
        }
      }),
    );
  });

  it('forgets links when most of them have no cipher, and goes on', () => {
    const { of, cipherOf } = setUp(2);
    const cipher = cipherOf('a');
    for (const link of ['b', 'c', 'd', 'e']) of(link);
    const again = cipherOf('a');
    expect(again.decrypt(cipher.encrypt('text'))).toBe('text');
    cipherOf('b');
    cipherOf('c');
    expect(() => cipher.encrypt('text')).toThrow(DestroyedCipherError);
  });

  it('wipes all keys when it is cleared, and one when it is told to', () => {
    const { held, of, cipherOf } = setUp();
    const [one, other] = [cipherOf('a'), cipherOf('b')];
    held.wipe(of('a'));
    expect(() => one.encrypt('text')).toThrow(DestroyedCipherError);
    expect(cipherOf('b')).toBe(other);
    held.clear();
    expect(() => other.encrypt('text')).toThrow(DestroyedCipherError);
  });
});
