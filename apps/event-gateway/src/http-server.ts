import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClientStreams, StreamTokens } from '@ccd/dataplane';
import type { Health, Logger, Metrics } from '@ccd/service';
import { adminRoutes, createDualProtocolServer } from '@ccd/service';
import fastify from 'fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EventRequest } from './accept-event.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import type { GatewayResponse } from './gateway-response.ts';
import { unavailable } from './gateway-response.ts';
import { admit, responseToFailure } from './handle-request.ts';

export interface HttpServerOptions {
  readonly accept: (request: EventRequest) => Promise<GatewayResponse>;
  readonly tokens: StreamTokens;
  readonly streams: ClientStreams;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly gatewayMetrics: GatewayMetrics;
  readonly logger: Logger;
  /** Largest body in bytes; beyond it 413. */
  readonly maxEventBytes: number;
  /** Requests that are answered at the same time at most; beyond it 503. */
  readonly maxInFlight: number;
  /** Time after which a request is answered with 503 whatever became of it, milliseconds. */
  readonly deadlineMs: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The stream of the sender, once admitted. */
    stream: EventRequest['stream'] | undefined;
    /** Whether this request counts among those in flight. */
    counted: boolean;
  }
}

export interface GatewayServer {
  /** Resolves with the port. */
  listen(address: { readonly host: string; readonly port: number }): Promise<number>;
  /** Takes no more requests and answers those that run. */
  close(): Promise<void>;
}

/** `POST /event` over HTTP/1.1 and h2c on one port, beside `/is-alive`, `/ready` and `/metrics`. */
export function createHttpServer(options: HttpServerOptions): GatewayServer {
  const { accept, health, metrics, gatewayMetrics, logger, maxEventBytes, maxInFlight, deadlineMs } = options;
  const server = fastify({
    logger: false,
    bodyLimit: maxEventBytes,
    return503OnClosing: false,
  });
  let inFlight = 0;
  const count = (change: number): void => {
    inFlight += change;
    gatewayMetrics.inFlight(inFlight);
  };

  // Senders disagree on content types, so none is looked at.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  server.decorateRequest('stream', undefined);
  server.decorateRequest('counted', false);
  server.register(adminRoutes({ health, metrics }));
  server.setNotFoundHandler((_request, reply) => reply.code(404).send());
  server.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
    // Errors of the HTTP layer: bodies that are too large or end early.
    const status = error.statusCode ?? 503;
    const body =
      status === 413 ? `The event is larger than ${maxEventBytes} bytes` : 'The request is not complete';
    return reply
      .code(status < 500 ? status : 503)
      .type('text/plain; charset=utf-8')
      .send(body);
  });

  server.register((events, _options, done) => {
    events.addHook('onRequest', async (request, reply) => {
      // Before the body is read: who is not let in, or comes when all hands are full, costs little.
      if (inFlight >= maxInFlight) {
        return send(reply, unavailable('Overloaded', 'The gateway is at its limit; try again'));
      }
      count(1);
      request.counted = true;
      try {
        const admission = await admit(options, request.headers.authorization);
        if ('response' in admission) return await send(reply, admission.response);
        request.stream = admission.stream;
      } catch (error) {
        return send(reply, responseToFailure(error, logger));
      }
    });
    events.addHook('onResponse', async (request) => {
      if (request.counted) count(-1);
    });
    events.addHook('onRequestAbort', async (request) => {
      if (!request.counted) return;
      request.counted = false;
      count(-1);
    });
    events.post('/event', async (request, reply) => {
      const { stream } = request;
      if (stream === undefined) throw new TypeError('a request without a stream is answered before');
      const answer = await withinDeadline(deadlineMs, () => accept(toEventRequest(request, stream))).catch(
        (error: unknown) => responseToFailure(error, logger),
      );
      return send(reply, answer);
    });
    done();
  });

  function send(reply: FastifyReply, response: GatewayResponse): FastifyReply {
    const { status, body, contentType = 'text/plain; charset=utf-8', retryAfter, reason } = response;
    gatewayMetrics.answered(status, reason, reply.elapsedTime / 1000);
    reply.code(status);
    if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
    return body === undefined ? reply.send() : reply.type(contentType).send(body);
  }

  const listener = createDualProtocolServer({
    requestListener: (request, response) => {
      // fastify serves both protocols through node's compatibility interface; its types know one at a time.
      server.routing(request as IncomingMessage, response as ServerResponse);
    },
  });
  return {
    async listen(address) {
      await server.ready();
      return listener.listen(address);
    },
    async close() {
      await listener.close();
      await server.close();
    },
  };
}

function toEventRequest(request: FastifyRequest, stream: EventRequest['stream']): EventRequest {
  return {
    stream,
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    schemaRef: headerOf(request, 'strm-schema-ref'),
    serialization: headerOf(request, 'strm-serialization-type'),
  };
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** A request that takes too long is answered; what became of its event is then unknown, as after any lost answer. */
async function withinDeadline(
  deadlineMs: number,
  work: () => Promise<GatewayResponse>,
): Promise<GatewayResponse> {
  const { promise, resolve } = Promise.withResolvers<GatewayResponse>();
  const timer = setTimeout(() => {
    resolve(unavailable('Deadline', 'The event was not stored in time; try again'));
  }, deadlineMs);
  try {
    return await Promise.race([work(), promise]);
  } finally {
    clearTimeout(timer);
  }
}
