import type { Certificate, Health, Metrics, ProtocolLimits } from '@ccd/service';
import { answerAdmin, createDualProtocolServer, errorFields } from '@ccd/service';
import type { Call } from './call.ts';
import { EventMessage } from './event-message.ts';
import type { EventRouteOptions } from './event-route.ts';
import { createEventRoute } from './event-route.ts';
import { notFound } from './gateway-response.ts';
import { Http1Call } from './http1-call.ts';
import { Http2Call } from './http2-call.ts';
import { createInFlight } from './in-flight.ts';

export interface HttpServerOptions extends Omit<EventRouteOptions, 'inFlight' | 'isDraining'> {
  readonly health: Health;
  /** Absent: they are served elsewhere. */
  readonly metrics?: Metrics;
  /** Requests that are worked on at the same time at most; beyond it 503. */
  readonly maxInFlight: number;
  /** Bytes of bodies that these hold at most; beyond it 503. */
  readonly maxBytesInFlight: number;
  /** Time after which a request is answered with 503 whatever became of it, milliseconds. */
  readonly deadlineMs: number;
  readonly protocol?: ProtocolLimits;
  readonly maxConnections?: number;
  /** Absent: cleartext alone. Cleartext is spoken in any case. */
  readonly tls?: Certificate;
}

export interface GatewayServer {
  /** Resolves with the port. */
  listen(address: { readonly host: string; readonly port: number }): Promise<number>;
  setCertificate(certificate: Certificate): void;
  /** Serves on, and tells clients to go elsewhere. */
  drain(): void;
  /** Takes no more requests and answers those that run. */
  close(): Promise<void>;
}

/**
 * `POST /event` over HTTP/1.1 and HTTP/2, in cleartext and over TLS, on one port, beside `/is-alive`, `/ready` and, where
 * they are given, `/metrics`. Everything else is answered 404.
 */
export function createHttpServer(options: HttpServerOptions): GatewayServer {
  const { health, metrics, gatewayMetrics, logger, clock, tls, maxConnections, protocol } = options;
  const inFlight = createInFlight({
    clock,
    maxRequests: options.maxInFlight,
    maxBytes: options.maxBytesInFlight,
    deadlineMs: options.deadlineMs,
  });
  gatewayMetrics.watch(inFlight);
  const takeEvent = createEventRoute({ ...options, inFlight, isDraining: () => listener.draining });

  function take(call: Call): void {
    const { method, target } = call;
    if (method === 'POST' && (target === '/event' || pathOf(target) === '/event')) {
      takeEvent(call);
      return;
    }
    call.passBody();
    if (method !== 'GET') {
      call.answer(notFound, call.expectsContinue);
      return;
    }
    answerAdmin(pathOf(target), { health, ...(metrics && { metrics }) }).then(
      (answer) => {
        call.answer(answer ? { ...answer, reason: 'Admin' } : notFound, call.expectsContinue);
      },
      (error: unknown) => {
        logger.error({ error: errorFields(error) }, 'an admin path could not be answered');
        call.answer({ status: 500, reason: 'Failed' }, true);
      },
    );
  }

  const listener = createDualProtocolServer(
    {
      IncomingMessage: EventMessage,
      http1Listener: (request, response, expectsContinue) => {
        take(new Http1Call(request, response, expectsContinue));
      },
      http2Listener: (stream, headers) => {
        take(new Http2Call(stream, headers));
      },
    },
    {
      cleartext: true,
      ...protocol,
      ...(tls && { tls }),
      ...(maxConnections !== undefined && { maxConnections }),
    },
  );
  return {
    listen: (address) => listener.listen(address),
    setCertificate: (certificate) => {
      listener.setCertificate(certificate);
    },
    drain: () => {
      listener.drain();
    },
    async close() {
      await listener.close();
      await inFlight.stop();
    },
  };
}

/** Without a query; of the absolute form, which HTTP/1.1 lets clients send, what comes after the host. */
function pathOf(url: string): string {
  const path = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?#]*/i, '');
  const query = path.indexOf('?');
  return query < 0 ? path : path.slice(0, query);
}
