import { connect } from 'node:net';
import type { Lane, LaneOptions } from './lane.ts';
import type { LoadRequest } from './requests.ts';

/*
 * Just enough of HTTP/2 (RFC 9113) to load a server: node's own client takes more time than the servers that it would
 * measure. Headers are literals without Huffman code or dynamic table (RFC 7541, 6.2.2), so that a request is the same
 * bytes each time but for its stream's number.
 */
const type = { data: 0, headers: 1, settings: 4, ping: 6 } as const;
const flag = { endStream: 1, ack: 1, endHeaders: 4 } as const;
const frameHead = 9;

function frame(kind: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(frameHead);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = kind;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** An integer of HPACK with a prefix of seven bits. */
function lengthOf(text: string): Buffer {
  const bytes: number[] = [];
  let left = Buffer.byteLength(text);
  if (left < 127) return Buffer.from([left]);
  bytes.push(127);
  for (left -= 127; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) + 128);
  return Buffer.from([...bytes, left]);
}

function literal(name: string, value: string): Buffer {
  return Buffer.concat([
    Buffer.from([0]),
    lengthOf(name),
    Buffer.from(name),
    lengthOf(value),
    Buffer.from(value),
  ]);
}

/** HEADERS and DATA of a request; where the numbers of the stream stand is known from their lengths. */
export function renderH2c({ path, headers, body }: LoadRequest): Buffer {
  const fields = { ':method': 'POST', ':scheme': 'http', ':authority': 'bench', ':path': path, ...headers };
  const block = Buffer.concat(Object.entries(fields).map(([name, value]) => literal(name, value)));
  return Buffer.concat([
    frame(type.headers, flag.endHeaders, 0, block),
    frame(type.data, flag.endStream, 0, body),
  ]);
}

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
/** `:status: 204` of HPACK's static table, as a field that needs no more than its index. */
const status204 = 0x89;

/** A connection with many streams under way. */
export function openH2cLane(port: number, { onAnswer, onReady }: LaneOptions): Lane {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const accepted = new Set<number>();
  let stream = -1;
  let rest: Buffer = Buffer.alloc(0);
  let ready = false;
  socket.write(Buffer.concat([preface, frame(type.settings, 0, 0, Buffer.alloc(0))]));

  function receive(kind: number, flags: number, id: number, payload: Buffer): void {
    if (kind === type.settings && (flags & flag.ack) === 0) {
      socket.write(frame(type.settings, flag.ack, 0, Buffer.alloc(0)));
      if (!ready) onReady();
      ready = true;
    }
    if (kind === type.ping && (flags & flag.ack) === 0) socket.write(frame(type.ping, flag.ack, 0, payload));
    if (kind === type.headers && payload[0] === status204) accepted.add(id);
    if ((kind === type.headers || kind === type.data) && (flags & flag.endStream) !== 0) {
      onAnswer(accepted.delete(id));
    }
  }

  socket.on('data', (chunk: Buffer) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (bytes.length - at >= frameHead) {
      const end = at + frameHead + bytes.readUIntBE(at, 3);
      if (end > bytes.length) break;
      const id = bytes.readUInt32BE(at + 5);
      receive(bytes[at + 3] ?? 0, bytes[at + 4] ?? 0, id, bytes.subarray(at + frameHead, end));
      at = end;
    }
    rest = bytes.subarray(at);
  });
  return {
    send(rendered) {
      stream += 2;
      const frames = Buffer.from(rendered);
      frames.writeUInt32BE(stream, 5);
      frames.writeUInt32BE(stream, frameHead + frames.readUIntBE(0, 3) + 5);
      socket.write(frames);
    },
    close: () => socket.destroy(),
  };
}
