import type * as jestGlobals from '@jest/globals';
import { KeyUnwrapError } from '../errors.ts';
import type { KeyWrapper } from '../wrapping/key-wrapper.ts';

// The globals of jest and not its module, which cannot be loaded outside a test: benches and demos import this entry too.
declare const { describe, expect, it }: typeof jestGlobals;

const place = { keyLink: 'link-1', streamId: 'stream-1' };

/** What every wrapper promises. `open` gives one; a second call gives one with other keys. */
export function describeKeyWrapperContract(name: string, open: () => KeyWrapper): void {
  describe(`key wrapper contract: ${name}`, () => {
    it('opens what it wrapped', async () => {
      const wrapper = open();
      const wrapped = await wrapper.wrap('the keyset', place);
      await expect(wrapper.unwrap(wrapped, place)).resolves.toBe('the keyset');
    });

    it('never wraps a keyset into the same bytes twice', async () => {
      const wrapper = open();
      expect(await wrapper.wrap('k', place)).not.toEqual(await wrapper.wrap('k', place));
    });

    it.each([
      ['under another link', { keyLink: 'link-2' }],
      ['under another stream', { streamId: 'stream-2' }],
    ])('refuses an entry that was moved %s', async (_, moved) => {
      const wrapper = open();
      const wrapped = await wrapper.wrap('the keyset', place);
      await expect(wrapper.unwrap(wrapped, { ...place, ...moved })).rejects.toThrow(KeyUnwrapError);
    });

    it('refuses every altered byte', async () => {
      const wrapper = open();
      const { kekId, ciphertext } = await wrapper.wrap('k', place);
      const bytes = Buffer.from(ciphertext, 'base64');
      for (const [at, byte] of bytes.entries()) {
        const altered = Buffer.from(bytes);
        altered[at] = byte ^ 1;
        const opening = wrapper.unwrap({ kekId, ciphertext: altered.toString('base64') }, place);
        await expect(opening).rejects.toThrow(KeyUnwrapError);
      }
    });

    it('refuses a ciphertext that was cut short', async () => {
      const wrapper = open();
      const { kekId } = await wrapper.wrap('k', place);
      await expect(wrapper.unwrap({ kekId, ciphertext: 'AAAA' }, place)).rejects.toThrow(KeyUnwrapError);
    });

    it('refuses what another has wrapped', async () => {
      const wrapped = await open().wrap('k', place);
      await expect(open().unwrap(wrapped, place)).rejects.toThrow(KeyUnwrapError);
    });
  });
}
