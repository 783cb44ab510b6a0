import type { Socket } from 'node:net';

/** The client connection preface of HTTP/2 (RFC 9113, 3.4). */
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/** The record type with which every TLS connection begins (RFC 8446, 5.1: handshake); no HTTP request can. */
const tlsHandshake = 0x16;

export type Protocol = 'http1' | 'http2' | 'tls';

/** What the first bytes of a connection say; undefined while they may still become either. */
export function protocolOf(bytes: Buffer): Protocol | undefined {
  if (bytes[0] === tlsHandshake) return 'tls';
  const length = Math.min(bytes.length, preface.length);
  if (!bytes.subarray(0, length).equals(preface.subarray(0, length))) return 'http1';
  return length === preface.length ? 'http2' : undefined;
}

/**
 * Waits for the first bytes of a socket, puts them back, and says which protocol they begin. A socket that ends before
 * that, or takes longer than `timeoutMs`, is destroyed.
 */
export function sniffProtocol(
  socket: Socket,
  timeoutMs: number,
  onProtocol: (protocol: Protocol) => void,
): void {
  let seen: Buffer = Buffer.alloc(0);
  const timer = setTimeout(() => {
    socket.destroy();
  }, timeoutMs);

  const settle = (): void => {
    clearTimeout(timer);
    socket.off('readable', onReadable).off('end', onEnd).off('close', settle);
  };
  const onEnd = (): void => {
    settle();
    socket.destroy();
  };
  const onReadable = (): void => {
    for (let chunk = read(socket); chunk !== undefined; chunk = read(socket))
      seen = Buffer.concat([seen, chunk]);
    const protocol = seen.length === 0 ? undefined : protocolOf(seen);
    if (protocol === undefined) return;
    settle();
    socket.unshift(seen);
    onProtocol(protocol);
  };
  socket.on('readable', onReadable).on('end', onEnd).on('close', settle);
}

function read(socket: Socket): Buffer | undefined {
  const chunk: unknown = socket.read();
  return Buffer.isBuffer(chunk) ? chunk : undefined;
}
