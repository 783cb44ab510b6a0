import { areDisjoint } from './code-points.ts';
import type { CodePoints } from './code-points.ts';
import type { Pattern } from './pattern.ts';

/** Larger patterns are left to the engine that needs no proof. */
const maxPositions = 400;

/**
 * Whether the next character alone decides how matching goes on, wherever it stands, and there is one way to get there.
 * Backtracking then gives up each choice at its first character, so that it takes time linear in the text.
 *
 * The positions of Glushkov's automaton ("The Abstract Theory of Automata", 1961) with what may follow each; something
 * that follows in two ways is listed twice, which is how nested repeats show. Counted repeats are written out.
 */
export function isDeterministic(pattern: Pattern): boolean {
  const positions = new Positions();
  const whole = positions.add(pattern);
  return whole !== undefined && positions.areDecided(whole);
}

/** What a part of a pattern begins and ends with, and whether it may be empty. */
interface Part {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly mayBeEmpty: boolean;
}

const empty: Part = { first: [], last: [], mayBeEmpty: true };

class Positions {
  readonly #sets: CodePoints[] = [];
  readonly #follow: number[][] = [];

  /** Undefined where the answer is no already. */
  add(pattern: Pattern): Part | undefined {
    switch (pattern.kind) {
      case 'one-of': {
        const position = this.#sets.push(pattern.set) - 1;
        this.#follow.push([]);
        return position < maxPositions && pattern.set.length > 0
          ? { first: [position], last: [position], mayBeEmpty: false }
          : undefined;
      }
      case 'sequence':
        return pattern.parts.reduce<Part | undefined>(
          (before, part) => before && this.#then(before, this.add(part)),
          empty,
        );
      case 'choice':
        return this.#choose(pattern.options.map((option) => this.add(option)));
      case 'repeat':
        return this.#repeat(pattern);
    }
  }

  areDecided({ first }: Part): boolean {
    return [first, ...this.#follow].every((next) =>
      next.every((one, index) => next.slice(index + 1).every((other) => this.#areApart(one, other))),
    );
  }

  #areApart(one: number, other: number): boolean {
    return areDisjoint(this.#sets[one] ?? [], this.#sets[other] ?? []);
  }

  #connect(last: readonly number[], first: readonly number[]): void {
    for (const position of last) this.#follow[position]?.push(...first);
  }

  #then(before: Part, after: Part | undefined): Part | undefined {
    if (after === undefined) return undefined;
    this.#connect(before.last, after.first);
    return {
      first: before.mayBeEmpty ? [...before.first, ...after.first] : before.first,
      last: after.mayBeEmpty ? [...before.last, ...after.last] : after.last,
      mayBeEmpty: before.mayBeEmpty && after.mayBeEmpty,
    };
  }

  #choose(options: readonly (Part | undefined)[]): Part | undefined {
    const parts = options.filter((option) => option !== undefined);
    // An option that may be empty could be left for what follows, or be it: two ways.
    if (parts.length < options.length || parts.some(({ mayBeEmpty }) => mayBeEmpty)) return undefined;
    return {
      first: parts.flatMap(({ first }) => first),
      last: parts.flatMap(({ last }) => last),
      mayBeEmpty: false,
    };
  }

  #repeat({ part, least, most }: Extract<Pattern, { kind: 'repeat' }>): Part | undefined {
    let whole: Part | undefined = empty;
    for (let count = 1; count < least && whole !== undefined; count += 1)
      whole = this.#then(whole, this.#once(part));
    if (most === undefined) return whole && this.#then(whole, this.#loop(part, least === 0));
    if (least > 0) whole = whole && this.#then(whole, this.#once(part));
    // x{0,3} is (x(x(x)?)?)?: written as x?x?x? there would be several ways to match one x.
    let rest: Part | undefined = empty;
    for (let count = least; count < most && rest !== undefined; count += 1) {
      const one = this.#once(part);
      const longer: Part | undefined = one && this.#then(one, rest);
      rest = longer && { ...longer, mayBeEmpty: true };
    }
    return whole && this.#then(whole, rest);
  }

  /** A part that takes at least one character: repeats of less have no end. */
  #once(part: Pattern): Part | undefined {
    const added = this.add(part);
    return added?.mayBeEmpty === false ? added : undefined;
  }

  #loop(part: Pattern, mayBeEmpty: boolean): Part | undefined {
    const once = this.#once(part);
    if (once === undefined) return undefined;
    this.#connect(once.last, once.first);
    return { ...once, mayBeEmpty };
  }
}
