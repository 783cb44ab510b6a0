export type { Bench, BenchContext } from './bench.ts';
export { BenchProcess, LateAnswerError, programOfNode } from './bench-process.ts';
export { onCore, onOtherCore, startOnOtherCore } from './cores.ts';
export { isFigure, isGoalMet, ratioOf } from './figure.ts';
export type { Figure, Goal, MissingFigure } from './figure.ts';
export { cpuMicrosOf, cpuMicrosPerCall, median } from './measure.ts';
