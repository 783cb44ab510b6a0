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
const [cr, lf] = [0x0d, 0x0a];

/** Of all lanes: what one has read is looked at before the next one reads. */
const received = Buffer.alloc(65_536);

/** Whether these bytes are a 204 from its first to its last, which is what nearly all answers are. */
function isWhole204(bytes: Buffer): boolean {
  const { length } = bytes;
  return (
    bytes[statusAt] === 0x32 &&
    bytes[statusAt + 1] === 0x30 &&
    bytes[statusAt + 2] === 0x34 &&
    bytes[length - 4] === cr &&
    bytes[length - 3] === lf &&
    bytes[length - 2] === cr &&
    bytes[length - 1] === lf
  );
}

/** The status of an answer that is whole. */
function statusOf(answer: string): string | undefined {
  const headEnd = answer.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const status = answer.slice(statusAt, statusAt + 3);
  const length = status === '204' ? 0 : Number(/content-length: (\d+)/i.exec(answer)?.[1] ?? 0);
  return answer.length < headEnd + 4 + length ? undefined : status;
}

/** A keep-alive connection with one request under way at a time. */
export function openHttp1Lane(port: number, { onAnswer, onReady }: LaneOptions): Lane {
  let begun = '';

  function read(bytes: Buffer): void {
    if (begun === '' && isWhole204(bytes)) {
      onAnswer(true);
      return;
    }
    begun += bytes.toString('latin1');
    const status = statusOf(begun);
    if (status === undefined) return;
    begun = '';
    onAnswer(status === '204');
  }

  // Without a stream's buffers and events, which take as long as all else that an answer needs.
  const onread = {
    buffer: received,
    callback: (length: number): boolean => {
      read(received.subarray(0, length));
      return true;
    },
  };
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread }, onReady);
  return {
    send: (rendered) => socket.write(rendered),
    close: () => socket.destroy(),
  };
}
