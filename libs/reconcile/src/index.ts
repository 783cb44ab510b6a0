export type * from './types.ts';
export type { Clock } from './clock.ts';
