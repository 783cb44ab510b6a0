import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { BodyCollector } from './body-collector.ts';
import type { Call } from './call.ts';
import type { GatewayResponse } from './gateway-response.ts';
import { headersOf } from './gateway-response.ts';
import { readBody } from './read-body.ts';

const accepted = { ':status': 204 };
const nothingMore = { endStream: true };

/** A request over HTTP/2, without node's compatibility interface, which costs as much as all else about it. */
export class Http2Call implements Call {
  readonly #stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.#stream = stream;
    this.headers = headers;
  }

  get method(): string {
    return this.headers[':method'] ?? '';
  }

  get target(): string {
    return this.headers[':path'] ?? '';
  }

  get expectsContinue(): boolean {
    return this.headers.expect === '100-continue';
  }

  sayContinue(): void {
    if (this.#isOpen()) this.#stream.additionalHeaders({ ':status': 100 });
  }

  collect(collector: BodyCollector): void {
    const stream = this.#stream;
    readBody(stream, collector, () => !stream.aborted);
  }

  passBody(): void {
    this.#stream.resume();
  }

  answer(response: GatewayResponse): void {
    const { status, body } = response;
    if (!this.#isOpen()) return;
    if (status === 204) this.#stream.respond(accepted, nothingMore);
    else if (body === undefined)
      this.#stream.respond({ ':status': status, ...headersOf(response) }, nothingMore);
    else {
      this.#stream.respond({ ':status': status, ...headersOf(response) });
      this.#stream.end(body);
    }
  }

  cutShort(): void {
    this.#stream.close();
  }

  /** The peer may have reset the stream. */
  #isOpen(): boolean {
    const { destroyed, closed, headersSent } = this.#stream;
    return !destroyed && !closed && !headersSent;
  }
}
