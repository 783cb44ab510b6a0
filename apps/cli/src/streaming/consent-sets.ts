import { UsageError } from '../cli-error.ts';
import type { ConsentSet } from './random-event.ts';

/** `"",0,0/1` is: nothing, purpose 0, purposes 0 and 1. @throws UsageError */
export function toConsentSets(given: string): readonly ConsentSet[] {
  return given.split(',').map((part) => {
    const levels = part.trim();
    if (levels === '' || levels === '""') return [];
    return levels.split('/').map((level) => {
      if (/^\d+$/.test(level)) return Number(level);
      throw new UsageError(`--purposes has ${JSON.stringify(part)}; give levels like "",0,0/1`);
    });
  });
}
