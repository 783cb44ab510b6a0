import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { InvalidSecretsError } from '../errors.ts';
import { describeKeyWrapperContract } from '../testing/key-wrapper-contract.ts';
import { createLocalKeyWrapper } from './local-key-wrapper.ts';

const newKek = (id = 'kek-1') => ({ id, key: randomBytes(32) });
const place = { keyLink: 'link-1', streamId: 'stream-1' };

describeKeyWrapperContract('createLocalKeyWrapper', () => createLocalKeyWrapper({ primary: newKek() }));

describe(createLocalKeyWrapper, () => {
  it('opens what an older key wrapped, and wraps with the primary', async () => {
    const [old, primary] = [newKek('old'), newKek('new')];
    const wrapped = await createLocalKeyWrapper({ primary: old }).wrap('k', place);
    const rotated = createLocalKeyWrapper({ primary, older: [old] });
    await expect(rotated.unwrap(wrapped, place)).resolves.toBe('k');
    await expect(rotated.wrap('k', place)).resolves.toMatchObject({ kekId: 'new' });
  });

  it('names the key that is not configured', async () => {
    const wrapped = await createLocalKeyWrapper({ primary: newKek('kek-old') }).wrap('k', place);
    const later = createLocalKeyWrapper({ primary: newKek('kek-new') });
    await expect(later.unwrap(wrapped, place)).rejects.toThrow(/kek-old.*not configured/);
  });

  it.each([
    ['a key without a name', { primary: newKek('') }],
    ['a key of the wrong size', { primary: { id: 'short', key: randomBytes(16) } }],
    ['two keys of one name', { primary: newKek(), older: [newKek()] }],
  ])('refuses %s', (_, keks) => {
    expect(() => createLocalKeyWrapper(keks)).toThrow(InvalidSecretsError);
  });
});
