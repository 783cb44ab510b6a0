import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { z } from 'zod';

/**
 * As much of a PostgreSQL server as a connection needs that listens: it accepts everyone, answers every simple query
 * with success, and notifies whom a test says. (PostgreSQL 15 documentation, 55.7 Message Formats.)
 */
export interface NotifyingServer {
  readonly url: string;
  /** Connections that have sent a query so far, and are still there. */
  listeners(): number;
  notify(channel: string, payload: string): void;
  /** Breaks every connection. */
  reset(): void;
  stop(): Promise<void>;
}

function message(type: string, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const text = (value: string): Buffer => Buffer.from(`${value}\0`);
const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const ready = message('Z', Buffer.from('I'));
const portOf = (address: unknown): number => z.object({ port: z.int() }).parse(address).port;

export async function startNotifyingServer(): Promise<NotifyingServer> {
  const sockets = new Set<Socket>();
  const listening = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let isStarted = false;
    socket.on('data', (data: Buffer) => {
      if (!isStarted) {
        isStarted = true;
        socket.write(Buffer.concat([message('R', number(0)), ready]));
      } else if (data.toString('latin1', 0, 1) === 'Q') {
        listening.add(socket);
        socket.write(Buffer.concat([message('C', text('LISTEN')), ready]));
      } else {
        socket.end();
      }
    });
    socket
      .on('error', () => {})
      .on('close', () => {
        sockets.delete(socket);
        listening.delete(socket);
      });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  const reset = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    url: `postgres://someone@127.0.0.1:${portOf(server.address())}/anything`,
    listeners: () => listening.size,
    notify(channel, payload) {
      for (const socket of listening) socket.write(message('A', number(1), text(channel), text(payload)));
    },
    reset,
    async stop() {
      server.close();
      reset();
      await once(server, 'close');
    },
  };
}
