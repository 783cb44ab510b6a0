import { describe, expect, it } from '@jest/globals';
import { AccessDeniedError } from '../errors.ts';
import { createRemoteStore } from './remote-store.ts';
import type { StoreDriver } from './store-driver.ts';

/** Has an object under every key, and lets nobody read. */
const writeOnly: StoreDriver = {
  partBytes: 1_024,
  ifAbsentIsHonoured: true,
  putWhole: async ({ ifAbsent }) => (ifAbsent ? 'exists' : 'published'),
  beginUpload: () => Promise.reject(new Error('bodies are small here')),
  discardUploads: async () => {},
  get: (key) => Promise.reject(new AccessDeniedError(key, '403')),
  head: (key) => Promise.reject(new AccessDeniedError(key, '403')),
  remove: async () => {},
  async *list() {},
  close() {},
};

describe(createRemoteStore, () => {
  it('says which right is missing where it may not compare what stands there with what it puts', async () => {
    const store = createRemoteStore(writeOnly);
    const put = store.put('demo/object', Buffer.from('body'), { ifAbsent: true });
    await expect(put).rejects.toThrow(AccessDeniedError);
    await expect(put).rejects.toThrow(/an object stands there.*s3:GetObject/);
  });

  it('needs no such right where nothing is in doubt', async () => {
    const put = createRemoteStore(writeOnly).put('demo/object', Buffer.from('body'));
    await expect(put).resolves.toEqual({ size: 4 });
  });
});
