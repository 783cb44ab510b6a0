import { complementOf, unionOf } from './code-points.ts';
import type { CodePoints } from './code-points.ts';
import type { AnchoredPattern, Pattern } from './pattern.ts';

/** The pattern has something that this parser leaves to a whole engine. */
class NotUnderstood extends Error {}

/**
 * Reads the plain part of RE2's syntax: literals, classes, `.`, `\d`, `\w`, groups, choices, greedy repeats, `^` at the
 * beginning and `$` at the end. Undefined for everything else.
 */
export function parsePattern(source: string): AnchoredPattern | undefined {
  try {
    return new PatternParser(source).parse();
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined;
    throw error;
  }
}

const pointOf = (text: string): number => text.codePointAt(0) ?? 0;
const range = (first: string, last: string): CodePoints => [[pointOf(first), pointOf(last)]];
const digits = range('0', '9');
const escapes: Readonly<Record<string, CodePoints>> = {
  d: digits,
  w: unionOf([digits, range('A', 'Z'), range('a', 'z'), range('_', '_')]),
  t: range('\t', '\t'),
  n: range('\n', '\n'),
  r: range('\r', '\r'),
};
const special = new Set('\\^$.|?*+()[]{}');

class PatternParser {
  readonly #points: readonly string[];
  #at = 0;

  constructor(source: string) {
    this.#points = Array.from(source);
  }

  parse(): AnchoredPattern {
    this.#expect('^');
    const pattern = this.#choice();
    const toEnd = this.#skip('$');
    // A choice of the whole would leave the anchors to its first and last option.
    if (this.#at < this.#points.length || pattern.kind === 'choice') throw new NotUnderstood();
    return { pattern, toEnd };
  }

  #choice(): Pattern {
    const options = [this.#sequence()];
    while (this.#skip('|')) options.push(this.#sequence());
    return options.length === 1 && options[0] !== undefined ? options[0] : { kind: 'choice', options };
  }

  #sequence(): Pattern {
    const parts: Pattern[] = [];
    for (;;) {
      const next = this.#peek();
      if (next === undefined || next === '|' || next === ')' || next === '$') break;
      parts.push(this.#repeated(this.#atom()));
    }
    return { kind: 'sequence', parts };
  }

  #atom(): Pattern {
    const next = this.#take();
    if (next === '(') {
      if (this.#skip('?')) this.#expect(':');
      const inner = this.#choice();
      this.#expect(')');
      return inner;
    }
    if (next === '[') return { kind: 'one-of', set: this.#class() };
    if (next === '.') return { kind: 'one-of', set: complementOf(range('\n', '\n')) };
    if (next === '\\') return { kind: 'one-of', set: this.#escape() };
    if (special.has(next)) throw new NotUnderstood();
    return { kind: 'one-of', set: range(next, next) };
  }

  #repeated(part: Pattern): Pattern {
    const bounds = this.#bounds();
    if (bounds === undefined) return part;
    const [least, most] = bounds;
    // Lazy, possessive and doubled repeats.
    if (['?', '+', '*', '{'].includes(this.#peek() ?? '')) throw new NotUnderstood();
    if (most !== undefined && (most < least || most === 0)) throw new NotUnderstood();
    return { kind: 'repeat', part, least, most };
  }

  #bounds(): readonly [number, number | undefined] | undefined {
    if (this.#skip('*')) return [0, undefined];
    if (this.#skip('+')) return [1, undefined];
    if (this.#skip('?')) return [0, 1];
    if (!this.#skip('{')) return undefined;
    const least = this.#number();
    if (!this.#skip(',')) {
      this.#expect('}');
      return [least, least];
    }
    if (this.#skip('}')) return [least, undefined];
    const most = this.#number();
    this.#expect('}');
    return [least, most];
  }

  #number(): number {
    let text = '';
    while (/^[0-9]$/.test(this.#peek() ?? '')) text += this.#take();
    if (text === '' || text.length > 4) throw new NotUnderstood();
    return Number(text);
  }

  /** After the opening bracket. */
  #class(): CodePoints {
    const isNegated = this.#skip('^');
    const sets: CodePoints[] = [];
    for (let first = true; first || this.#peek() !== ']'; first = false) sets.push(this.#classMember(first));
    this.#expect(']');
    const set = unionOf(sets);
    return isNegated ? complementOf(set) : set;
  }

  #classMember(isFirst: boolean): CodePoints {
    const from = this.#classPoint(isFirst);
    if (this.#peek() !== '-' || this.#points[this.#at + 1] === ']') return from;
    // A hyphen between two points; beside a set, or where it might be either, it is not understood.
    this.#expect('-');
    const to = this.#classPoint(false);
    const [[first = 0, last = 0] = [], [lower = 0, upper = 0] = []] = [from[0], to[0]];
    if (from.length !== 1 || to.length !== 1 || first !== last || lower !== upper || lower < first) {
      throw new NotUnderstood();
    }
    return [[first, lower]];
  }

  #classPoint(isFirst: boolean): CodePoints {
    const next = this.#take();
    if (next === '\\') return this.#escape();
    if (next === '[' || next === ']' || (next === '-' && !isFirst && this.#peek() !== ']')) {
      throw new NotUnderstood();
    }
    return range(next, next);
  }

  #escape(): CodePoints {
    const next = this.#take();
    const known = Object.hasOwn(escapes, next) ? escapes[next] : undefined;
    if (known !== undefined) return known;
    // Escaped punctuation is itself; other letters and digits have meanings of their own.
    if (!/^[!-/:-@[-`{-~]$/.test(next)) throw new NotUnderstood();
    return range(next, next);
  }

  #peek(): string | undefined {
    return this.#points[this.#at];
  }

  #take(): string {
    const next = this.#points[this.#at];
    if (next === undefined) throw new NotUnderstood();
    this.#at += 1;
    return next;
  }

  #skip(text: string): boolean {
    if (this.#points[this.#at] !== text) return false;
    this.#at += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#skip(text)) throw new NotUnderstood();
  }
}
