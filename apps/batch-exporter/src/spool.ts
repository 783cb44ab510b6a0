import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { ChunkPool } from './chunk-pool.ts';

/**
 * Holds the lines of one object until its interval ends: the first of them in memory, the others in a temporary file. The
 * file is encrypted with a key that never leaves this process, since the lines of a key export are keys.
 */
export class Spool {
  /** Full ones, of the beginning. */
  #memory: Buffer[] = [];
  #file: FileHandle | undefined;
  /** What comes after the file's bytes. */
  #chunk: Buffer;
  #filled = 0;
  readonly #key = randomBytes(32);
  readonly #iv = randomBytes(16);
  readonly #cipher = createCipheriv('aes-256-ctr', this.#key, this.#iv);
  readonly #hash = createHash('sha256');
  #size = 0;

  readonly #openFile: () => Promise<FileHandle>;
  readonly #memoryLimit: number;
  readonly #chunks: ChunkPool;

  /** @param memoryLimit bytes kept in memory, a chunk at least; what comes after them goes to a file, chunk by chunk */
  constructor(openFile: () => Promise<FileHandle>, memoryLimit: number, chunks: ChunkPool) {
    this.#openFile = openFile;
    this.#memoryLimit = memoryLimit;
    this.#chunks = chunks;
    this.#chunk = chunks.take();
  }

  /** Bytes appended so far. */
  get size(): number {
    return this.#size;
  }

  /** SHA-256 of the bytes appended so far, in hex. */
  get sha256(): string {
    return this.#hash.copy().digest('hex');
  }

  /** The lines are copied; they must stay as they are until this resolves. */
  async append(lines: Buffer): Promise<void> {
    this.#size += lines.length;
    this.#hash.update(lines);
    for (let at = 0; at < lines.length;) {
      const copied = lines.copy(this.#chunk, this.#filled, at);
      this.#filled += copied;
      at += copied;
      if (this.#filled === this.#chunk.length) await this.#finishChunk();
    }
  }

  /** The bytes in order; may be read several times. */
  async *read(): AsyncGenerator<Uint8Array> {
    yield* this.#memory;
    if (this.#file !== undefined) {
      const decipher = createDecipheriv('aes-256-ctr', this.#key, this.#iv);
      const buffer = Buffer.allocUnsafeSlow(this.#chunk.length);
      for (let position = 0; ;) {
        const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, position);
        if (bytesRead === 0) break;
        position += bytesRead;
        yield decipher.update(buffer.subarray(0, bytesRead));
      }
    }
    if (this.#filled > 0) yield this.#chunk.subarray(0, this.#filled);
  }

  /** As `discard`, where nobody reads any more, so that other spools may use the memory. */
  async recycle(): Promise<void> {
    this.#chunks.give([...this.#memory, this.#chunk]);
    await this.discard();
  }

  /** Forgets everything; the spool is not to be used again. Whoever still reads may do so. */
  async discard(): Promise<void> {
    this.#memory = [];
    this.#key.fill(0);
    await this.#file?.close();
  }

  async #finishChunk(): Promise<void> {
    if (this.#file === undefined && (this.#memory.length + 1) * this.#chunk.length <= this.#memoryLimit) {
      this.#memory.push(this.#chunk);
      this.#chunk = this.#chunks.take();
    } else {
      this.#file ??= await this.#openFile();
      await this.#file.appendFile(this.#cipher.update(this.#chunk));
    }
    this.#filled = 0;
  }
}
