export type { Bench, BenchContext } from './bench.ts';
export { onCore, onOtherCore } from './cores.ts';
export { isGoalMet, ratioOf } from './figure.ts';
export type { Figure, Goal } from './figure.ts';
export { cpuMicrosOf, cpuMicrosPerCall, median } from './measure.ts';
