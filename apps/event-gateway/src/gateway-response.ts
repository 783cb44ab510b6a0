import type { OutgoingHttpHeaders } from 'node:http';

/** What the gateway answers; text, unless it says otherwise. */
export interface GatewayResponse {
  readonly status: number;
  readonly body?: string;
  readonly contentType?: string;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter?: number;
  /** Ends up in a metric: why, in one stable word. */
  readonly reason: string;
}

export const accepted: GatewayResponse = { status: 204, reason: 'Accepted' };

export const badRequest = (reason: string, body: string): GatewayResponse => ({ status: 400, body, reason });

export const unauthorized = (reason: string, body: string): GatewayResponse => ({
  status: 401,
  body,
  reason,
});

/** The answer that existing clients know for a token that names no client. */
export const clientIdMissing: GatewayResponse = {
  status: 401,
  body: JSON.stringify({ error: 'Client ID is missing in the provided JWT' }).replace(':', ': '),
  contentType: 'application/json',
  reason: 'ClientIdMissing',
};

export const forbidden = (reason: string, body: string): GatewayResponse => ({ status: 403, body, reason });

/** The sender has used up what its stream may send; `retryAfter` in seconds. */
export const tooMany = (reason: string, retryAfter: number, body: string): GatewayResponse => ({
  status: 429,
  body,
  retryAfter,
  reason,
});

export const notFound: GatewayResponse = { status: 404, reason: 'NotFound' };

export const encodingRefused: GatewayResponse = {
  status: 415,
  body: 'Content-Encoding is not accepted: an event is sent as it is',
  reason: 'ContentEncoding',
};

export const tooSlow: GatewayResponse = {
  status: 408,
  body: 'The request took too long to arrive',
  reason: 'RequestTimeout',
};

export const tooLarge = (maxBytes: number): GatewayResponse => ({
  status: 413,
  body: `The event is larger than ${maxBytes} bytes`,
  reason: 'TooLarge',
});

export const overloaded: GatewayResponse = {
  status: 503,
  body: 'The gateway is at its limit; try again',
  retryAfter: 1,
  reason: 'Overloaded',
};

export const pastDeadline: GatewayResponse = {
  status: 503,
  body: 'The event was not stored in time; try again',
  retryAfter: 1,
  reason: 'Deadline',
};

/** Not now: nothing is wrong with the event, and the sender is to send it again. */
export const unavailable = (reason: string, body: string): GatewayResponse => ({
  status: 503,
  body,
  retryAfter: 1,
  reason,
});

/** The headers that say what an answer carries. */
export function headersOf({ body, contentType, retryAfter }: GatewayResponse): OutgoingHttpHeaders {
  return {
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    ...(body !== undefined && {
      'content-type': contentType ?? 'text/plain; charset=utf-8',
      'content-length': Buffer.byteLength(body),
    }),
  };
}
