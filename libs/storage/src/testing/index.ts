export { describeObjectStoreContract } from './object-store-contract.ts';
export { startSpoilingProxy } from './spoiling-proxy.ts';
export type { Asked, Spoiling, SpoilingProxy } from './spoiling-proxy.ts';
export { createMemoryStore } from './memory-store.ts';
export type { MemoryStore, StoreOperation } from './memory-store.ts';
