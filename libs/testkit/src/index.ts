export { eventually } from './eventually.ts';
export { scratchDir } from './scratch-dir.ts';
