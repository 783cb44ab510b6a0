export { eventually } from './eventually.ts';
export { scaled } from './scaled.ts';
export { scratchDir } from './scratch-dir.ts';
