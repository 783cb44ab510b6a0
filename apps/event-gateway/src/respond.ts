import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Http2ServerResponse } from 'node:http2';
import type { GatewayResponse } from './gateway-response.ts';

/**
 * Sends an answer, unless the peer has gone.
 * @param isLast whether the connection is to end with it; HTTP/2 has its own way to say so
 */
export function respond(
  response: ServerResponse | Http2ServerResponse,
  { status, body, contentType = 'text/plain; charset=utf-8', retryAfter }: GatewayResponse,
  isLast: boolean,
): void {
  if (response.destroyed || response.writableEnded) return;
  const headers: OutgoingHttpHeaders = {};
  if (retryAfter !== undefined) headers['retry-after'] = String(retryAfter);
  if (body !== undefined) {
    headers['content-type'] = contentType;
    headers['content-length'] = Buffer.byteLength(body);
  }
  if (response instanceof Http2ServerResponse) {
    const { stream } = response;
    // The stream may have been reset since.
    if (stream.destroyed || stream.closed || stream.headersSent) return;
    // Without the compatibility interface, which costs a tenth of a request.
    stream.respond({ ...headers, ':status': status }, { endStream: body === undefined });
    if (body !== undefined) stream.end(body);
    return;
  }
  if (isLast) response.shouldKeepAlive = false;
  if (status !== 204 && body === undefined) headers['content-length'] = 0;
  response.writeHead(status, headers);
  if (body === undefined) response.end();
  else response.end(body);
}
