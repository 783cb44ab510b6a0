/** A map of at most `capacity` entries, and weight, that forgets those that were not used for longest. */
export class RecentMap<Key, Value> {
  readonly #entries = new Map<Key, Value>();
  readonly #capacity: number;
  readonly #mostWeight: number;
  readonly #weigh: (value: Value) => number;
  #weight = 0;

  constructor(capacity: number, mostWeight = Infinity, weigh: (value: Value) => number = () => 0) {
    this.#capacity = capacity;
    this.#mostWeight = mostWeight;
    this.#weigh = weigh;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Looks without counting as use. */
  peek(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  get(key: Key): Value | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, value);
    }
    return value;
  }

  set(key: Key, value: Value): void {
    this.delete(key);
    this.#entries.set(key, value);
    this.#weight += this.#weigh(value);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#capacity && this.#weight <= this.#mostWeight) return;
      if (oldest !== key) this.delete(oldest);
    }
  }

  delete(key: Key): boolean {
    const value = this.#entries.get(key);
    if (value !== undefined) this.#weight -= this.#weigh(value);
    return this.#entries.delete(key);
  }

  /** From the least to the most recently used. */
  entries(): IterableIterator<[Key, Value]> {
    return this.#entries.entries();
  }
}
