import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

/** Written and read at a time. */
const pieceBytes = 256 * 1024;

/**
 * Holds the lines of one object until its interval ends: the first of them in memory, the others in a temporary file. The
 * file is encrypted with a key that never leaves this process, since the lines of a key export are keys.
 */
export class Spool {
  #memory: Buffer[] = [];
  #file: FileHandle | undefined;
  /** What comes after the file's bytes. */
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  readonly #key = randomBytes(32);
  readonly #iv = randomBytes(16);
  readonly #cipher = createCipheriv('aes-256-ctr', this.#key, this.#iv);
  readonly #hash = createHash('sha256');
  #size = 0;

  readonly #openFile: () => Promise<FileHandle>;
  readonly #memoryLimit: number;

  /** @param memoryLimit bytes kept in memory; what comes after them goes to a file, piece by piece */
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

  /** The bytes are the spool's from here on. */
  async append(lines: Buffer): Promise<void> {
    this.#size += lines.length;
    this.#hash.update(lines);
    if (this.#size <= this.#memoryLimit) {
      this.#memory.push(lines);
      return;
    }
    this.#pending.push(lines);
    this.#pendingBytes += lines.length;
    if (this.#pendingBytes >= Math.min(pieceBytes, this.#memoryLimit)) await this.#spill();
  }

  /** The bytes in order; may be read several times. */
  async *read(): AsyncGenerator<Uint8Array> {
    yield* this.#memory;
    if (this.#file !== undefined) {
      const decipher = createDecipheriv('aes-256-ctr', this.#key, this.#iv);
      const buffer = Buffer.allocUnsafeSlow(pieceBytes);
      for (let position = 0; ;) {
        const { bytesRead } = await this.#file.read(buffer, 0, pieceBytes, position);
        if (bytesRead === 0) break;
        position += bytesRead;
        yield decipher.update(buffer.subarray(0, bytesRead));
      }
    }
    yield* this.#pending;
  }

  /** Forgets everything; the spool is not to be used again. */
  async discard(): Promise<void> {
    this.#memory = [];
    this.#pending = [];
    this.#key.fill(0);
    await this.#file?.close();
  }

  async #spill(): Promise<void> {
    this.#file ??= await this.#openFile();
    const encrypted = this.#pending.map((lines) => this.#cipher.update(lines));
    this.#pending = [];
    this.#pendingBytes = 0;
    for (const piece of encrypted) await this.#file.appendFile(piece);
  }
}
