import { requireWithin } from './definition-limits.ts';
import type { LinearRegex } from './linear-regex.ts';
import { compileRegex } from './linear-regex.ts';

/** Each pattern costs something, however small; a class of Unicode is a table of hundreds of ranges. */
const costs = { pattern: 50, unicodeClass: 20 };

/**
 * What all the patterns of one definition may cost to compile, in instructions of their programs and characters of their
 * texts: some microseconds each. A short pattern can stand for a large program, which is known when it is there, so
 * that the last one may go beyond the limit by its own size.
 */
export class PatternBudget {
  #spent = 0;

  /** @throws RegexError, DefinitionLimitError */
  compile(pattern: string): LinearRegex {
    const classes = pattern.match(/\\p/gi)?.length ?? 0;
    this.#spend(costs.pattern + pattern.length + classes * costs.unicodeClass);
    const compiled = compileRegex(pattern);
    this.#spend(compiled.size);
    return compiled;
  }

  #spend(cost: number): void {
    this.#spent += cost;
    requireWithin('patternCost', this.#spent);
  }
}
