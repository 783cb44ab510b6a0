/**
 * A map that forgets what was not used lately once its entries weigh more than `capacity` together. An entry that weighs
 * more than half of that by itself is not kept. Two generations stand in for an order of use: a look moves nothing
 * unless the entry is of the older one, and what is still there when the younger one is full is forgotten.
 */
export class RecentMap<Key, Value> {
  readonly #half: number;
  readonly #weigh: (value: Value) => number;
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();
  #youngWeight = 0;

  /** @param weigh what an entry counts; 1 unless given, so that `capacity` is their number */
  constructor(capacity: number, weigh: (value: Value) => number = () => 1) {
    this.#half = capacity / 2;
    this.#weigh = weigh;
  }

  get(key: Key): Value | undefined {
    const value = this.#young.get(key);
    if (value !== undefined) return value;
    const older = this.#old.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  set(key: Key, value: Value): void {
    this.delete(key);
    const weight = this.#weigh(value);
    if (weight > this.#half) return;
    if (this.#youngWeight + weight > this.#half) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngWeight = 0;
    }
    this.#young.set(key, value);
    this.#youngWeight += weight;
  }

  delete(key: Key): void {
    this.#old.delete(key);
    const value = this.#young.get(key);
    if (value === undefined) return;
    this.#young.delete(key);
    this.#youngWeight -= this.#weigh(value);
  }

  clear(): void {
    this.#old.clear();
    this.#young.clear();
    this.#youngWeight = 0;
  }
}
