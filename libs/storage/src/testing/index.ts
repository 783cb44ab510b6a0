export { describeObjectStoreContract } from './object-store-contract.ts';
export { createMemoryStore } from './memory-store.ts';
export type { MemoryStore, StoreOperation } from './memory-store.ts';
