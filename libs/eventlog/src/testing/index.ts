export { createMemoryLog } from './memory-log.ts';
export type { MemoryLog } from './memory-log.ts';
