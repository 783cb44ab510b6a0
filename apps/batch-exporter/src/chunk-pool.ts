/**
 * Pieces of memory of one size that are used again and again: memory that is fresh costs more than what is done with it.
 * Holds as many as were ever in use at a time.
 */
export class ChunkPool {
  readonly #bytes: number;
  readonly #free: Buffer[] = [];

  /** @param bytes of a chunk */
  constructor(bytes = 256 * 1024) {
    this.#bytes = bytes;
  }

  /** A chunk, whatever it holds. */
  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#bytes);
  }

  /** Gives chunks back, which nobody may have a use for any more. What was in them is overwritten: it may be keys. */
  give(chunks: readonly Buffer[]): void {
    for (const chunk of chunks) this.#free.push(chunk.fill(0));
  }
}
