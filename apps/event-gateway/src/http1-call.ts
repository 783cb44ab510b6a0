import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { BodyCollector } from './body-collector.ts';
import type { Call } from './call.ts';
import { EventMessage } from './event-message.ts';
import type { GatewayResponse } from './gateway-response.ts';
import { headersOf } from './gateway-response.ts';
import { readBody } from './read-body.ts';

const none: OutgoingHttpHeaders = {};

/** A request over HTTP/1.1 or HTTP/1.0. */
export class Http1Call implements Call {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly expectsContinue: boolean;

  constructor(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) {
    this.#request = request;
    this.#response = response;
    this.expectsContinue = expectsContinue;
  }

  get method(): string {
    return this.#request.method ?? '';
  }

  get target(): string {
    return this.#request.url ?? '';
  }

  get headers(): IncomingHttpHeaders {
    return this.#request.headers;
  }

  sayContinue(): void {
    this.#response.writeContinue();
  }

  collect(collector: BodyCollector): void {
    const request = this.#request;
    const isTaken = request instanceof EventMessage && request.collectWith(collector);
    if (!isTaken) readBody(request, collector, () => request.complete);
  }

  passBody(): void {
    this.#request.resume();
  }

  answer(response: GatewayResponse, isLast: boolean): void {
    const to = this.#response;
    if (to.destroyed || to.writableEnded) return;
    if (isLast) to.shouldKeepAlive = false;
    const { status, body } = response;
    if (body === undefined)
      to.writeHead(status, status === 204 ? none : { 'content-length': 0, ...headersOf(response) }).end();
    else to.writeHead(status, headersOf(response)).end(body);
  }

  cutShort(): void {
    // The connection ends with the answer.
  }
}
