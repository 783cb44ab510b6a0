import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { Http2ServerResponse } from 'node:http2';
import type { ClientStreams, StreamTokens } from '@ccd/dataplane';
import type { Clock } from '@ccd/reconcile';
import type { Logger } from '@ccd/service';
import type { EventRequest } from './accept-event.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import type { GatewayResponse } from './gateway-response.ts';
import { encodingRefused, overloaded, pastDeadline, tooLarge, tooSlow } from './gateway-response.ts';
import { admit, responseToFailure } from './handle-request.ts';
import type { InFlight, Running } from './in-flight.ts';
import { readBody } from './read-body.ts';
import type { BodyProblem } from './read-body.ts';
import { respond } from './respond.ts';
import type { StreamLimits } from './stream-limits.ts';

export interface EventRouteOptions {
  readonly accept: (request: EventRequest) => Promise<GatewayResponse>;
  readonly tokens: StreamTokens;
  readonly streams: ClientStreams;
  readonly limits: StreamLimits;
  readonly inFlight: InFlight;
  readonly gatewayMetrics: GatewayMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Largest body in bytes; beyond it 413. */
  readonly maxEventBytes: number;
  /** Whether clients are being sent away. */
  readonly isDraining: () => boolean;
}

/** `POST /event`. */
export interface EventRoute {
  handle(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
    expectsContinue: boolean,
  ): void;
}

export function createEventRoute(options: EventRouteOptions): EventRoute {
  return {
    handle(request, response, expectsContinue) {
      const exchange = new Exchange(options, request, response, expectsContinue);
      if (options.inFlight.begin(exchange)) void exchange.run();
      else exchange.answer(overloaded);
    },
  };
}

/** One request and its answer. */
class Exchange implements Running {
  readonly startedAt: number;
  readonly #options: EventRouteOptions;
  readonly #request: IncomingMessage | Http2ServerRequest;
  readonly #response: ServerResponse | Http2ServerResponse;
  /** The client waits for a word before it sends its body. */
  #expectsContinue: boolean;
  #hasBody = false;
  #answered = false;
  #bytesHeld = 0;

  constructor(
    options: EventRouteOptions,
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
    expectsContinue: boolean,
  ) {
    this.#options = options;
    this.#request = request;
    this.#response = response;
    this.#expectsContinue = expectsContinue;
    this.startedAt = options.clock.monotonic();
  }

  /** Never rejects. */
  async run(): Promise<void> {
    const { inFlight, logger } = this.#options;
    try {
      const answer = await this.#work();
      if (answer !== undefined) this.answer(answer);
    } catch (error) {
      this.answer(responseToFailure(error, logger));
    } finally {
      inFlight.end(this, this.#bytesHeld);
    }
  }

  /** What became of the event is then unknown, as after any lost answer. */
  expire(): void {
    if (this.#hasBody) {
      this.answer(pastDeadline);
      return;
    }
    // The rest of the request is not waited for.
    this.answer(tooSlow, true);
    if (this.#response instanceof Http2ServerResponse) this.#response.stream.close();
  }

  answer(response: GatewayResponse, isLast = false): void {
    if (this.#answered) return;
    this.#answered = true;
    const { gatewayMetrics, clock, isDraining } = this.#options;
    gatewayMetrics.answered(response.status, response.reason, (clock.monotonic() - this.startedAt) / 1_000);
    // Without the word for it no body comes: whatever came next would not be one.
    respond(this.#response, response, isLast || this.#expectsContinue || isDraining());
    if (!this.#hasBody) this.#request.resume();
  }

  /** Undefined when there is nobody left to answer. */
  async #work(): Promise<GatewayResponse | undefined> {
    const { accept, limits, maxEventBytes } = this.#options;
    const { headers } = this.#request;
    const admitted = admit(this.#options, headers.authorization);
    // Every wait costs a turn of the queue: only what is not there is waited for.
    const admission = admitted instanceof Promise ? await admitted : admitted;
    if ('response' in admission) return admission.response;
    const encoding = headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') return encodingRefused;
    if (Number(headers['content-length'] ?? 0) > maxEventBytes) return tooLarge(maxEventBytes);
    const { sender } = admission;
    const refusal = limits.take(sender);
    if (refusal !== undefined) return refusal;

    const body = await this.#body();
    if (!Buffer.isBuffer(body)) {
      limits.giveBack(sender);
      return this.#answerTo(body);
    }
    this.#hasBody = true;
    let isAccepted = false;
    try {
      const answer = await accept({
        stream: sender.stream,
        body,
        schemaRef: textOf(headers['strm-schema-ref']),
        serialization: textOf(headers['strm-serialization-type']),
      });
      isAccepted = answer.status === 204;
      return answer;
    } finally {
      if (!isAccepted) limits.giveBack(sender);
    }
  }

  #body(): Promise<Buffer | BodyProblem> {
    if (this.#expectsContinue && !this.#answered) {
      this.#expectsContinue = false;
      this.#response.writeContinue();
    }
    const { maxEventBytes, inFlight } = this.#options;
    return readBody(this.#request, {
      maxBytes: maxEventBytes,
      hold: (bytes) => {
        const fits = inFlight.hold(bytes);
        if (fits) this.#bytesHeld += bytes;
        return fits;
      },
    });
  }

  #answerTo(problem: BodyProblem): GatewayResponse | undefined {
    if (problem === 'aborted') return undefined;
    return problem === 'too-large' ? tooLarge(this.#options.maxEventBytes) : overloaded;
  }
}

const textOf = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' ? header : header?.[0];
