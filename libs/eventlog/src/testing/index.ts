export { createMemoryLog } from './memory-log.ts';
export type { MemoryLog } from './memory-log.ts';
export { describeEventLogContract } from './event-log-contract.ts';
export type { EventLogHarness } from './event-log-contract.ts';
export { spawnEngine } from './spawn-engine.ts';
export type { SpawnedEngine } from './spawn-engine.ts';
