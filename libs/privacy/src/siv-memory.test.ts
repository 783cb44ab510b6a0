import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createFieldCiphers } from './field-ciphers.ts';
import { generateKeyset, keysetToJson } from './keyset.ts';
import { KeySlotsExhaustedError } from './siv-memory.ts';
import { instantiateSiv } from './siv-module.ts';

function setUp(capacity?: number) {
  const siv = instantiateSiv();
  const ciphers = createFieldCiphers({ siv, ...(capacity === undefined ? {} : { capacity }) });
  const { layout, functions } = siv;
  const memory = () => Buffer.from(functions.memory.buffer);
  return { siv, ciphers, memory, slots: () => memory().subarray(layout.slots) };
}

/** All that AES derives from half a key is in its round keys; the first is the half itself in another form. */
const isWiped = (bytes: Buffer) => bytes.every((byte) => byte === 0);

describe('the memory of prepared keys', () => {
  it('holds nothing of a key once its cipher was destroyed', () => {
    const { ciphers, slots } = setUp();
    const made = Array.from({ length: 3 }, () => ciphers.prepareKeyset(generateKeyset()));
    expect(isWiped(slots())).toBe(false);
    for (const cipher of made) cipher.destroy();
    expect(isWiped(slots())).toBe(true);
  });

  it('never keeps the key itself, prepared from JSON or not', () => {
    const { ciphers, memory } = setUp();
    const [one, two] = [generateKeyset(), generateKeyset()];
    ciphers.prepareKeyset(one);
    ciphers.prepare(keysetToJson(two));
    for (const { primary } of [one, two]) {
      expect(memory().includes(Buffer.from(primary.material.subarray(0, 16)))).toBe(false);
      expect(memory().includes(Buffer.from(primary.material.subarray(32, 48)))).toBe(false);
    }
  });

  it('leaves the keyset of the caller as it was', () => {
    const keyset = generateKeyset();
    const before = keysetToJson(keyset);
    setUp().ciphers.prepareKeyset(keyset);
    expect(keysetToJson(keyset)).toBe(before);
  });

  it('holds no text that it refused to decrypt', () => {
    const { siv, ciphers, memory } = setUp();
    const cipher = ciphers.prepareKeyset(generateKeyset());
    const sealed = Buffer.from(cipher.encrypt('a secret of sixteen letters or more'), 'base64');
    memory().fill(0, siv.layout.input, siv.layout.slots);
    sealed[6] = (sealed[6] ?? 0) ^ 1;
    expect(() => cipher.decrypt(sealed.toString('base64'))).toThrow('changed');
    expect(isWiped(memory().subarray(siv.layout.output, siv.layout.output + 35))).toBe(true);
  });

  it('grows for many keys, and every cipher keeps its own', () => {
    const { ciphers, memory } = setUp();
    const before = memory().length;
    const made = Array.from({ length: 2_000 }, () => ciphers.prepareKeyset(generateKeyset()));
    expect(memory().length).toBeGreaterThan(before);
    const texts = made.map((cipher) => cipher.encrypt('text'));
    expect(new Set(texts).size).toBe(made.length);
    expect(made.every((cipher, index) => cipher.decrypt(texts[index] ?? '') === 'text')).toBe(true);
  });

  it('uses the slots of destroyed ciphers again, without harm from those', () => {
    const { ciphers, memory } = setUp();
    const first = ciphers.prepareKeyset(generateKeyset());
    first.destroy();
    const size = memory().length;
    const keyset = generateKeyset();
    const reference = createFieldCiphers().prepareKeyset(keyset);
    for (let round = 0; round < 2_000; round += 1) {
      const cipher = ciphers.prepareKeyset(keyset);
      first.destroy();
      expect(cipher.encrypt('text')).toBe(reference.encrypt('text'));
      cipher.destroy();
    }
    expect(memory()).toHaveLength(size);
  });

  it('refuses more keys than its capacity, until one is destroyed', () => {
    const { ciphers } = setUp(2);
    const one = ciphers.prepareKeyset(generateKeyset());
    ciphers.prepareKeyset(generateKeyset());
    expect(() => ciphers.prepareKeyset(generateKeyset())).toThrow(KeySlotsExhaustedError);
    one.destroy();
    expect(() => ciphers.prepareKeyset(generateKeyset())).not.toThrow();
  });

  it('takes no slot for a keyset of which not all keys fit', () => {
    const { ciphers } = setUp(2);
    const keys = [1, 2, 3].map((id) => ({ id, material: randomBytes(64) }));
    const [primary] = keys;
    if (primary === undefined) throw new Error('there are three keys');
    expect(() => ciphers.prepareKeyset({ primary, keys })).toThrow(KeySlotsExhaustedError);
    expect(() => ciphers.prepareKeyset({ primary, keys: keys.slice(0, 2) })).not.toThrow();
  });
});
