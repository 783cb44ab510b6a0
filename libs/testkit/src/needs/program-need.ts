import { existsSync } from 'node:fs';
import type { Need } from './plan-suite.ts';

/** A program of the machine, by its absolute path. */
export function programNeed(path: string): Need {
  return { missing: existsSync(path) ? undefined : `there is no ${path}`, inCi: 'fail' };
}
