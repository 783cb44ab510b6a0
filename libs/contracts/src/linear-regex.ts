import { RE2JS } from 're2js';
import { toRegExp } from './regex/to-reg-exp.ts';

/** The longest pattern that is accepted; a program of such a size is compiled in milliseconds. */
const maxPatternLength = 1_000;

/** Instructions times characters that one event's texts may cost together: at most about 0.2 s of work. */
export const maxRegexSteps = 2_000_000;

/** A pattern that this engine does not run. */
export class RegexError extends Error {
  override readonly name = 'RegexError';
  readonly pattern: string;

  constructor(pattern: string, problem: string, options?: ErrorOptions) {
    super(`the regular expression is not accepted: ${problem}`, options);
    this.pattern = pattern;
  }
}

/** A compiled pattern. */
export interface LinearRegex {
  /** Whether it matches somewhere in the text. */
  readonly test: (text: string) => boolean;
  /** Instructions of its program: linear time is still this many steps a character. */
  readonly size: number;
}

/**
 * Compiles a user's pattern to a test that takes time linear in the text, whatever the pattern: by RE2, or by
 * JavaScript's own engine, which is ten times as fast, where that is proven to take linear time too. The pattern has to
 * match somewhere in the text: whoever means all of it writes `^` and `$`, as the published contracts do.
 * @throws RegexError for what linear time does not allow (look-around, back-references, huge repeats)
 */
export function compileRegex(pattern: string): LinearRegex {
  if (pattern.length > maxPatternLength) {
    throw new RegexError(pattern, `it is longer than ${maxPatternLength} characters`);
  }
  try {
    const compiled = RE2JS.compile(pattern);
    const plain = toRegExp(pattern);
    return {
      test: plain === undefined ? (text) => compiled.matcher(text).find() : (text) => plain.test(text),
      size: compiled.programSize(),
    };
  } catch (error) {
    const problem =
      error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : 'unknown error';
    throw new RegexError(pattern, `${problem} (only patterns that run in linear time are, as in RE2)`, {
      cause: error,
    });
  }
}
