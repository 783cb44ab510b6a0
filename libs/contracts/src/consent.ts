import type { ConsentRule } from './types.ts';

const highestLevel = 2_147_483_647;

/**
 * Whether an event with these consents belongs to a stream with this rule. Anything that is malformed, an empty rule
 * or no consent at all, means no.
 */
export function isForwarded(rule: ConsentRule, consents: readonly number[]): boolean {
  if (!isUsable(rule) || consents.length === 0 || !consents.every(isLevel)) return false;
  return rule.type === 'GRANULAR'
    ? rule.levels.every((level) => consents.includes(level))
    : consents.some((consent) => rule.levels.every((level) => consent >= level));
}

/** Whether a stream with this rule may see a field of this purpose in clear text. */
export function isReadable(rule: ConsentRule, purposeLevel: number): boolean {
  if (!isUsable(rule) || !isLevel(purposeLevel)) return false;
  return rule.type === 'GRANULAR'
    ? rule.levels.includes(purposeLevel)
    : rule.levels.every((level) => purposeLevel <= level);
}

/** CUMULATIVE rules have exactly one level, GRANULAR ones at least one. The type may have come over a wire. */
function isUsable({ type, levels }: ConsentRule): boolean {
  const known = (type as string) === 'GRANULAR' || ((type as string) === 'CUMULATIVE' && levels.length === 1);
  return known && levels.length > 0 && levels.every(isLevel);
}

/** Levels are 32-bit integers wherever they are written down; what JSON can hold beyond is nobody's consent. */
function isLevel(level: number): boolean {
  return Number.isInteger(level) && level >= 0 && level <= highestLevel;
}
