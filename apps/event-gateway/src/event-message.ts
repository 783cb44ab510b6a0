import { IncomingMessage } from 'node:http';
import type { BodyCollector } from './body-collector.ts';

/**
 * A request whose body goes straight from the parser to a collector. What streams do for a body (buffer it, schedule
 * its chunks, its end and its close) costs a tenth of a whole request, and a body that is collected needs none of it.
 */
export class EventMessage extends IncomingMessage {
  /** Read by the server: whether somebody takes the body, which is otherwise drained once the answer is out. */
  declare _consuming: boolean;
  #collector: BodyCollector | undefined = undefined;
  #hasBegun = false;

  /** False once some of the body has come, or none will: it is then to be read as a stream. */
  collectWith(collector: BodyCollector): boolean {
    if (this.#hasBegun || this.destroyed) return false;
    this.#collector = collector;
    this._consuming = true;
    return true;
  }

  /** What the parser calls with each chunk, and with null once the message is complete. */
  override push(chunk: unknown, encoding?: BufferEncoding): boolean {
    const collector = this.#collector;
    if (collector === undefined) {
      this.#hasBegun = true;
      return super.push(chunk, encoding);
    }
    if (Buffer.isBuffer(chunk)) collector.take(chunk);
    else collector.end();
    return true;
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#collector?.abort();
    super._destroy(error, callback);
  }
}
