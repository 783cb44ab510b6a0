/** Zigzag varints as Kafka's records have them, for whole numbers that are safe in a double. */

export function varintSize(value: number): number {
  let rest = value >= 0 ? value * 2 : value * -2 - 1;
  let size = 1;
  for (; rest >= 0x80; size++) rest = Math.floor(rest / 0x80);
  return size;
}

/** Writes at `at` and returns the place behind. */
export function writeVarint(target: Buffer, value: number, at: number): number {
  let rest = value >= 0 ? value * 2 : value * -2 - 1;
  let place = at;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) target[place++] = (rest % 0x80) | 0x80;
  target[place++] = rest;
  return place;
}

/** Reads one number after the other. */
export class VarintReader {
  readonly #bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.at = at;
  }

  /** @throws RangeError behind the end of the bytes */
  next(): number {
    let byte = this.#byte();
    if (byte < 0x80) return byte & 1 ? -(byte + 1) / 2 : byte / 2;
    let value = byte & 0x7f;
    for (let scale = 0x80; byte >= 0x80; scale *= 0x80) {
      byte = this.#byte();
      value += (byte & 0x7f) * scale;
    }
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  /** The bytes of the length that is next; null where there are none. */
  bytes(): Buffer | null {
    const length = this.next();
    if (length < 0) return null;
    const from = this.at;
    this.at += length;
    if (this.at > this.#bytes.length) throw new RangeError('a record ends behind its batch');
    return this.#bytes.subarray(from, this.at);
  }

  #byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw new RangeError('a record ends behind its batch');
    return byte;
  }
}
