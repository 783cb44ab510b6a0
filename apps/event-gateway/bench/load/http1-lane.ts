import { connect } from 'node:net';
import type { Lane, LaneOptions } from './lane.ts';
import type { LoadRequest } from './requests.ts';

/** The bytes of a request, which stay the same however often it is sent. */
export function renderHttp1({ path, headers, body }: LoadRequest): Buffer {
  const lines = Object.entries({ host: 'bench', ...headers, 'content-length': `${body.length}` }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`), body]);
}

const statusAt = 'HTTP/1.1 '.length;

/** A keep-alive connection with one request under way at a time. */
export function openHttp1Lane(port: number, { onAnswer, onReady }: LaneOptions): Lane {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true }, onReady);
  let received = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    received = received === '' ? chunk : received + chunk;
    const headEnd = received.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const status = received.slice(statusAt, statusAt + 3);
    const length = status === '204' ? 0 : Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
    if (received.length < headEnd + 4 + length) return;
    received = '';
    onAnswer(status === '204');
  });
  return {
    send: (rendered) => socket.write(rendered),
    close: () => socket.destroy(),
  };
}
