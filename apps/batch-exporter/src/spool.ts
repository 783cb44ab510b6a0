import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

const chunkBytes = 64 * 1024;

/**
 * Holds the lines of one object until its interval ends: in memory first, then in a temporary file. The file is
 * encrypted with a key that never leaves this process, since the lines of a key export are keys.
 */
export class Spool {
  #memory: Buffer[] = [];
  #memoryBytes = 0;
  #file: FileHandle | undefined;
  readonly #key = randomBytes(32);
  readonly #iv = randomBytes(16);
  readonly #cipher = createCipheriv('aes-256-ctr', this.#key, this.#iv);
  readonly #hash = createHash('sha256');
  #size = 0;

  readonly #openFile: () => Promise<FileHandle>;
  readonly #memoryLimit: number;

  /** @param memoryLimit bytes kept in memory before they go to a file */
  constructor(openFile: () => Promise<FileHandle>, memoryLimit: number) {
    this.#openFile = openFile;
    this.#memoryLimit = memoryLimit;
  }

  /** Bytes appended so far. */
  get size(): number {
    return this.#size;
  }

  /** SHA-256 of the bytes appended so far, in hex. */
  get sha256(): string {
    return this.#hash.copy().digest('hex');
  }

  async append(lines: Buffer): Promise<void> {
    this.#size += lines.length;
    this.#hash.update(lines);
    this.#memory.push(lines);
    this.#memoryBytes += lines.length;
    if (this.#memoryBytes >= this.#memoryLimit) await this.#spill();
  }

  /** The bytes in order; may be read several times. */
  async *read(): AsyncGenerator<Uint8Array> {
    if (this.#file !== undefined) {
      const decipher = createDecipheriv('aes-256-ctr', this.#key, this.#iv);
      const buffer = Buffer.alloc(chunkBytes);
      for (let position = 0; ;) {
        const { bytesRead } = await this.#file.read(buffer, 0, chunkBytes, position);
        if (bytesRead === 0) break;
        position += bytesRead;
        yield decipher.update(buffer.subarray(0, bytesRead));
      }
    }
    yield* this.#memory;
  }

  /** Forgets everything; the spool is not to be used again. */
  async discard(): Promise<void> {
    this.#memory = [];
    this.#key.fill(0);
    await this.#file?.close();
  }

  async #spill(): Promise<void> {
    this.#file ??= await this.#openFile();
    const pending = Buffer.concat(this.#memory);
    this.#memory = [];
    this.#memoryBytes = 0;
    await this.#file.appendFile(this.#cipher.update(pending));
  }
}
