import type { CodePoints } from './code-points.ts';
import { isDeterministic } from './is-deterministic.ts';
import { parsePattern } from './parse-pattern.ts';
import type { AnchoredPattern, Pattern } from './pattern.ts';

/**
 * A regular expression of JavaScript that accepts the same texts as RE2 does by this pattern, where it is proven that
 * it takes time linear in the text; undefined where it is not.
 */
export function toRegExp(pattern: string): RegExp | undefined {
  const parsed = parsePattern(pattern);
  if (parsed === undefined || !isDeterministic(parsed.pattern)) return undefined;
  return new RegExp(write(parsed), 'u');
}

/** Written anew, since the two languages differ in what escapes, `.` and characters beyond 16 bits mean. */
function write({ pattern, toEnd }: AnchoredPattern): string {
  return `^${writePattern(pattern)}${toEnd ? '$' : ''}`;
}

function writePattern(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'one-of':
      return writeSet(pattern.set);
    case 'sequence':
      return pattern.parts.map(writePattern).join('');
    case 'choice':
      return `(?:${pattern.options.map(writePattern).join('|')})`;
    case 'repeat':
      return `(?:${writePattern(pattern.part)}){${pattern.least},${pattern.most ?? ''}}`;
  }
}

function writeSet(set: CodePoints): string {
  const ranges = set.map(([first, last]) =>
    first === last ? writePoint(first) : `${writePoint(first)}-${writePoint(last)}`,
  );
  return `[${ranges.join('')}]`;
}

const writePoint = (point: number): string => `\\u{${point.toString(16)}}`;
