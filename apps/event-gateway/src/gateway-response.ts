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

/** Not now: nothing is wrong with the event, and the sender is to send it again. */
export const unavailable = (reason: string, body: string): GatewayResponse => ({
  status: 503,
  body,
  retryAfter: 1,
  reason,
});
