import { describe, expect, it } from '@jest/globals';
import { AccessDeniedError, StorageUnavailableError } from './errors.ts';
import { proveWriteAccess } from './prove-write-access.ts';
import { createMemoryStore } from './testing/index.ts';

const testKey = 'demo/.strm_test_0d1c.jsonl';

describe(proveWriteAccess, () => {
  it('writes an empty object below the prefix and deletes it', async () => {
    const store = createMemoryStore();
    const written: string[] = [];
    await proveWriteAccess(
      { ...store, put: (key, body) => (written.push(key), store.put(key, body)) },
      'demo',
      '0d1c',
    );
    expect([written, store.objects.size]).toEqual([[testKey], 0]);
  });

  it('takes write access without delete access: the object stays', async () => {
    const store = createMemoryStore();
    store.failNext('remove', new AccessDeniedError(testKey, 'no s3:DeleteObject'));
    await proveWriteAccess(store, 'demo', '0d1c');
    expect([...store.objects]).toEqual([[testKey, Buffer.alloc(0)]]);
  });

  it('fails where writing is denied or the store does not answer', async () => {
    const store = createMemoryStore();
    store.failNext('put', new AccessDeniedError(testKey, 'revoked'));
    await expect(proveWriteAccess(store, 'demo', '0d1c')).rejects.toThrow(AccessDeniedError);
    store.failNext('remove', new StorageUnavailableError(testKey, 'timeout'));
    await expect(proveWriteAccess(store, '', '0d1c')).rejects.toThrow(StorageUnavailableError);
  });
});
