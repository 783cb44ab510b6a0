import { RE2JS } from 're2js';

/** The longest pattern that is accepted; a program of such a size is compiled in milliseconds. */
const maxPatternLength = 1_000;

/** A pattern that this engine does not run. */
export class RegexError extends Error {
  override readonly name = 'RegexError';
  readonly pattern: string;

  constructor(pattern: string, problem: string, options?: ErrorOptions) {
    super(`the regular expression is not accepted: ${problem}`, options);
    this.pattern = pattern;
  }
}

/**
 * Compiles a user's pattern to a test that takes time linear in the text, whatever the pattern (RE2). The pattern has
 * to match somewhere in the text: whoever means all of it writes `^` and `$`, as the published contracts do.
 * @throws RegexError for what linear time does not allow (look-around, back-references, huge repeats)
 */
export function compileRegex(pattern: string): (text: string) => boolean {
  if (pattern.length > maxPatternLength) {
    throw new RegexError(pattern, `it is longer than ${maxPatternLength} characters`);
  }
  try {
    const compiled = RE2JS.compile(pattern);
    return (text) => compiled.matcher(text).find();
  } catch (error) {
    const problem =
      error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : 'unknown error';
    throw new RegexError(pattern, `${problem} (only patterns that run in linear time are, as in RE2)`, {
      cause: error,
    });
  }
}
