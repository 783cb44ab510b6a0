import type { FailpointName } from './failpoint-names.ts';

/** Where the fault harness puts its handler, before anything else of the process runs. */
const place = Symbol.for('ccd.failpoints');

interface Armed {
  [place]?: (name: FailpointName) => void;
}

/**
 * Marks a place before or after a durable step. Does nothing, unless a test loaded a handler into the process ahead of
 * the program (`node --import`): no setting and no code of the product can.
 */
export function failpoint(name: FailpointName): void {
  (globalThis as Armed)[place]?.(name);
}
