import { describe, expect, it } from '@jest/globals';
import { createCipherCache } from './cipher-cache.ts';
import { DestroyedCipherError } from './field-cipher.ts';
import { createFieldCiphers } from './field-ciphers.ts';
import { generateKeyset, keysetToJson } from './keyset.ts';

const keys = ['a', 'b', 'c'].map((keyLink) => ({ keyLink, keyset: keysetToJson(generateKeyset()) }));
const [a, b, c] = keys as [(typeof keys)[number], (typeof keys)[number], (typeof keys)[number]];

describe(createCipherCache, () => {
  it('prepares a key once while it is kept', () => {
    const cache = createCipherCache({ ciphers: createFieldCiphers() });
    expect(cache.of(a)).toBe(cache.of(a));
  });

  it('destroys the cipher that was used longest ago to make room', () => {
    const cache = createCipherCache({ ciphers: createFieldCiphers(), capacity: 2 });
    const [first, second] = [cache.of(a), cache.of(b)];
    cache.of(a);
    cache.of(c);
    expect(() => second.encrypt('text')).toThrow(DestroyedCipherError);
    expect(first.decrypt(first.encrypt('text'))).toBe('text');
  });

  it('prepares a displaced key again for who asks again', () => {
    const cache = createCipherCache({ ciphers: createFieldCiphers(), capacity: 1 });
    const before = cache.of(a).encrypt('text');
    cache.of(b);
    expect(cache.of(a).encrypt('text')).toBe(before);
  });

  it('needs no more keys at a time than it may keep, and one', () => {
    const cache = createCipherCache({ ciphers: createFieldCiphers({ capacity: 3 }), capacity: 2 });
    for (const key of [a, b, c, a, b, c]) expect(cache.of(key).encrypt('text')).toBeTruthy();
  });

  it('wipes all keys when it is cleared', () => {
    const cache = createCipherCache({ ciphers: createFieldCiphers() });
    const cipher = cache.of(a);
    cache.clear();
    expect(() => cipher.encrypt('text')).toThrow(DestroyedCipherError);
  });
});
