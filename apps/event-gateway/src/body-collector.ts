/** Why a body was not read to its end. */
export type BodyProblem = 'too-large' | 'no-room' | 'aborted';

/** Who waits for a body. */
export interface BodyOwner {
  /** Asked before bytes are kept. @returns whether there is room for them */
  hold(bytes: number): boolean;
  /** Called once. */
  received(outcome: Buffer | BodyProblem): void;
}

const empty = Buffer.alloc(0);

/** Puts a body together; what cannot be kept is let pass, so that the client gets to read its answer. */
export class BodyCollector {
  readonly #owner: BodyOwner;
  readonly #maxBytes: number;
  /** Most bodies come in one piece. */
  #first: Buffer | undefined = undefined;
  #others: Buffer[] | undefined = undefined;
  #length = 0;
  #isSettled = false;

  constructor(owner: BodyOwner, maxBytes: number) {
    this.#owner = owner;
    this.#maxBytes = maxBytes;
  }

  take(chunk: Buffer): void {
    if (this.#isSettled) return;
    this.#length += chunk.length;
    if (this.#length > this.#maxBytes) this.#settle('too-large');
    else if (!this.#owner.hold(chunk.length)) this.#settle('no-room');
    else if (this.#first === undefined) this.#first = chunk;
    else (this.#others ??= []).push(chunk);
  }

  /** The body is whole. */
  end(): void {
    const { first = empty, others } = { first: this.#first, others: this.#others };
    this.#settle(others === undefined ? first : Buffer.concat([first, ...others], this.#length));
  }

  /** No more of it will come. */
  abort(): void {
    this.#settle('aborted');
  }

  #settle(outcome: Buffer | BodyProblem): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#first = undefined;
    this.#others = undefined;
    this.#owner.received(outcome);
  }
}
