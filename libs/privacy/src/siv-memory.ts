import type { SivModule } from './siv-module.ts';
import { sealedBytes, tagBytes } from './tink-format.ts';
import { pageBytes } from './web-assembly.ts';

/** More keys are prepared at a time than the module may hold. */
export class KeySlotsExhaustedError extends Error {
  override readonly name = 'KeySlotsExhaustedError';
  readonly capacity: number;
  constructor(capacity: number) {
    super(
      `no more than ${capacity} keys can be prepared at a time; ciphers that are not used must be destroyed`,
    );
    this.capacity = capacity;
  }
}

/** A key in a slot of the memory. */
export interface PreparedKey {
  readonly id: number;
  /** Its address. */
  readonly slot: number;
}

/** A module's memory: slots for keys, and views, which are replaced when the memory grows. */
export class SivMemory {
  readonly #siv: SivModule;
  readonly #capacity: number;
  readonly #free: number[] = [];
  /** Slots that were given out at some time. */
  #used = 0;
  input: Buffer;
  output: Buffer;
  tag: Buffer;
  state: Buffer;

  constructor(siv: SivModule, capacity: number) {
    this.#siv = siv;
    this.#capacity = capacity;
    const { layout } = siv;
    this.input = this.#view(layout.input, layout.ciphertextCharacters);
    this.output = this.#view(layout.output, layout.textBytes + sealedBytes);
    this.tag = this.#view(layout.tag, tagBytes);
    this.state = this.#view(layout.state, tagBytes);
  }

  /**
   * Makes sure that so many slots can be taken.
   * @throws KeySlotsExhaustedError
   */
  reserve(slots: number): void {
    if (slots > this.#free.length + this.#capacity - this.#used)
      throw new KeySlotsExhaustedError(this.#capacity);
  }

  /** The address of a slot that nobody else has. */
  take(): number {
    const freed = this.#free.pop();
    if (freed !== undefined) return freed;
    const { layout, functions } = this.#siv;
    const slot = layout.slots + this.#used * layout.slotBytes;
    if (slot + layout.slotBytes > functions.memory.buffer.byteLength) this.#grow();
    this.#used += 1;
    return slot;
  }

  /** Wipes a slot, which may then be given out again. */
  release(slot: number): void {
    this.#siv.functions.wipe(slot);
    this.#free.push(slot);
  }

  #grow(): void {
    const { layout, functions } = this.#siv;
    // Growing takes some microseconds: a quarter more each time, and at least 455 slots.
    const pages = Math.max(4, Math.ceil(functions.memory.buffer.byteLength / pageBytes / 4));
    functions.memory.grow(pages);
    this.input = this.#view(layout.input, layout.ciphertextCharacters);
    this.output = this.#view(layout.output, layout.textBytes + sealedBytes);
    this.tag = this.#view(layout.tag, tagBytes);
    this.state = this.#view(layout.state, tagBytes);
  }

  #view(address: number, bytes: number): Buffer {
    return Buffer.from(this.#siv.functions.memory.buffer, address, bytes);
  }
}
