import { describe, expect, it } from '@jest/globals';
import { createSecretBox } from './secret-box.ts';

describe(createSecretBox, () => {
  const box = createSecretBox(Buffer.alloc(32, 1));

  it('opens what it sealed and seals the same text differently each time', () => {
    const sealed = box.seal('a secret');
    expect(box.open(sealed)).toBe('a secret');
    expect(box.seal('a secret')).not.toEqual(sealed);
    expect(Buffer.from(sealed).includes('a secret')).toBe(false);
  });

  it('refuses what another key sealed, and what was changed', () => {
    const sealed = Buffer.from(box.seal('a secret'));
    expect(() => createSecretBox(Buffer.alloc(32, 2)).open(sealed)).toThrow('is SECRETS_KEY the one');
    sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
    expect(() => box.open(sealed)).toThrow('cannot be opened');
    expect(() => box.open(Buffer.alloc(3))).toThrow('cannot be opened');
  });
});
