export { eventually } from './eventually.ts';
export { scaled } from './scaled.ts';
export { scratchDir } from './scratch-dir.ts';
export { startToxicProxy } from './toxic-proxy.ts';
export type { Toxic, ToxicProxy } from './toxic-proxy.ts';
