export type { FakeClock } from './fake-clock.ts';
export { createFakeClock } from './fake-clock.ts';
export type { Fault, FaultInjector, FaultPoint } from './fault-injector.ts';
export { createFaultInjector } from './fault-injector.ts';
export type { MemoryLive, MemoryWorld, Write } from './memory-world.ts';
export { createMemoryWorld } from './memory-world.ts';
export type { MemoryDesired, MemoryRelease, MemoryStores } from './memory-desired.ts';
export { createMemoryDesired, createMemoryRelease, createMemoryStores, toDesired } from './memory-desired.ts';
