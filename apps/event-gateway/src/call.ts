import type { IncomingHttpHeaders } from 'node:http';
import type { BodyCollector } from './body-collector.ts';
import type { GatewayResponse } from './gateway-response.ts';

/** One request and the way to answer it, whatever the protocol. */
export interface Call {
  readonly method: string;
  /** As it was sent, with its query. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  /** Whether the client waits for `100 Continue` before it sends its body. */
  readonly expectsContinue: boolean;
  sayContinue(): void;
  collect(collector: BodyCollector): void;
  /** Lets a body that nobody collects pass, so that the client gets to read its answer. */
  passBody(): void;
  /**
   * Sends the answer, unless the peer has gone.
   * @param isLast whether the connection is to end with it; HTTP/2 has its own way to say so
   */
  answer(response: GatewayResponse, isLast: boolean): void;
  /** Waits for no more of the request; after the answer. */
  cutShort(): void;
}
