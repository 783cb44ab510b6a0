import { once } from 'node:events';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { GrpcMetadata } from './grpc-metadata.ts';
import { toGrpcMetadata } from './grpc-metadata.ts';
import type { GrpcCall } from './grpc-method.ts';
import type { GrpcResponse } from './grpc-response.ts';
import { plainHeaders, toTrailers, toTrailersOnly } from './grpc-response.ts';
import type { GrpcStatus } from './grpc-status.ts';
import { grpcStatus } from './grpc-status.ts';

const withTrailers = { waitForTrailers: true, sendDate: false } as const;
const withoutBody = { endStream: true, sendDate: false } as const;

const success: GrpcStatus = { code: grpcStatus.OK, message: '' };
const deadlineExceeded: GrpcStatus = { code: grpcStatus.DEADLINE_EXCEEDED, message: 'Deadline exceeded' };

/**
 * The HTTP/2 stream of one call: begins, sends and ends the response in the order that the protocol asks for. Once the
 * caller has gone nothing is sent any more, and nothing fails because of that.
 */
export class GrpcStream implements GrpcCall {
  readonly metadata: GrpcMetadata;
  readonly #stream: ServerHttp2Stream;
  #phase: 'open' | 'begun' | 'over' = 'open';
  #deadline: NodeJS.Timeout | undefined;
  #cancelled: AbortController | undefined;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.#stream = stream;
    this.metadata = toGrpcMetadata(headers);
    stream.on('close', () => {
      if (this.#phase !== 'over') this.#finish();
    });
  }

  get isOver(): boolean {
    return this.#phase === 'over';
  }

  /** Made for those who ask: most calls are over before anybody does. */
  get signal(): AbortSignal {
    this.#cancelled ??= new AbortController();
    if (this.isOver) this.#cancelled.abort();
    return this.#cancelled.signal;
  }

  endAfter(ms: number): void {
    this.#deadline = setTimeout(() => {
      this.end(deadlineExceeded);
    }, ms);
  }

  accept(): void {
    this.#begin(plainHeaders);
  }

  /** The whole response, and success. */
  respond({ headers, frame }: GrpcResponse): void {
    if (!this.#begin(headers)) return;
    this.#endWith(success, frame);
  }

  /** One message of several. Resolves when the next may follow. */
  async send(frame: Buffer): Promise<void> {
    if (!this.#begin(plainHeaders) || this.#stream.write(frame)) return;
    const waiting = new AbortController();
    const over = (): void => {
      waiting.abort();
    };
    this.signal.addEventListener('abort', over, { once: true });
    await once(this.#stream, 'drain', { signal: waiting.signal }).catch(() => {});
    this.signal.removeEventListener('abort', over);
  }

  end(status: GrpcStatus = success): void {
    if (this.#phase === 'over' || this.#isGone()) return;
    if (this.#phase === 'begun' || status.code === grpcStatus.OK) {
      this.#begin(plainHeaders);
      this.#endWith(status);
    } else {
      this.#stream.respond(toTrailersOnly(status), withoutBody);
      this.#finish();
    }
  }

  /** Whether more may be sent. */
  #begin(headers: readonly string[]): boolean {
    if (this.#phase === 'over' || this.#isGone()) return false;
    if (this.#phase === 'open') {
      this.#stream.respond(headers, withTrailers);
      this.#phase = 'begun';
    }
    return true;
  }

  #endWith(status: GrpcStatus, lastFrame?: Buffer): void {
    const stream = this.#stream;
    stream.once('wantTrailers', () => {
      if (!this.#isGone()) stream.sendTrailers(toTrailers(status));
    });
    stream.end(lastFrame);
    this.#finish();
  }

  /** Reset by its peer, and not yet closed here. */
  #isGone(): boolean {
    return this.#stream.destroyed || this.#stream.closed;
  }

  /** What comes after the end is read and dropped, so that the stream can close. */
  #finish(): void {
    this.#phase = 'over';
    clearTimeout(this.#deadline);
    this.#cancelled?.abort();
    this.#stream.resume();
  }
}
