import { describe, expect, it } from '@jest/globals';
import { createMemoryStore } from './memory-store.ts';
import { describeObjectStoreContract } from './object-store-contract.ts';

describeObjectStoreContract('memory', async () => createMemoryStore());

describe(createMemoryStore, () => {
  it('fails the next calls of an operation as told, then works again', async () => {
    const store = createMemoryStore();
    store.failNext('put', new Error('down'), { times: 2 });
    await expect(store.put('a', Buffer.from('x'))).rejects.toThrow('down');
    await expect(store.put('a', Buffer.from('x'))).rejects.toThrow('down');
    await store.put('a', Buffer.from('x'));
    expect([...store.objects.keys()]).toEqual(['a']);
  });

  it('loses an answer after the operation took effect', async () => {
    const store = createMemoryStore();
    store.failNext('put', new Error('reset'), { lost: true });
    await expect(store.put('a', Buffer.from('x'))).rejects.toThrow('reset');
    expect(store.objects.has('a')).toBe(true);
  });
});
