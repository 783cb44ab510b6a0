import { maxDepth, maxItems } from '../avro-reader.ts';
import { EventParseError } from '../errors.ts';

/**
 * Refuses JSON that nests deeper than events of the other kind may, that has more elements and properties, or a whole
 * number that the parser has rounded: what is stored must be what was sent.
 * @param schemaParts what the schema consists of: of a large one, events have fewer elements
 * @throws EventParseError
 */
export function checkJsonLimits(json: unknown, schemaParts: number): void {
  new Walk(Math.min(maxItems, Math.floor(maxChecks / schemaParts))).visit(json, 1);
}

/** Each part of a schema may be checked of each element: at most about half a second of work. */
const maxChecks = 8_000_000;

class Walk {
  #items = 0;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  visit(json: unknown, depth: number): void {
    if (typeof json === 'number') {
      if (Number.isInteger(json) && !Number.isSafeInteger(json)) {
        throw new EventParseError('', 'has a whole number beyond 2^53, which JSON does not keep exactly');
      }
      return;
    }
    if (typeof json !== 'object' || json === null) return;
    if (depth > maxDepth) throw new EventParseError('', `nests deeper than ${maxDepth} levels`);
    const values: readonly unknown[] = Array.isArray(json) ? json : Object.values(json);
    this.#items += values.length;
    if (this.#items > this.#most) throw new EventParseError('', `has more than ${this.#most} elements`);
    for (const value of values) this.visit(value, depth + 1);
  }
}
