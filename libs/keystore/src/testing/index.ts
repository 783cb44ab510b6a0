export { createMemoryIndex } from './memory-index.ts';
export { createMemoryJournal } from './memory-journal.ts';
export { createMemoryTable } from './memory-table.ts';
export { newSecrets, newSessionKey } from './session-keys.ts';
export { describeKeyIndexContract } from './key-index-contract.ts';
export { describeKeyWrapperContract } from './key-wrapper-contract.ts';
export { describeKeyStoreContract } from './key-store-contract.ts';
export type { KeyStoreHarness } from './key-store-contract.ts';
