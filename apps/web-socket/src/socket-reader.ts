import type { Clock } from '@ccd/reconcile';
import type { WebSocket } from 'ws';
import type { Reader } from './send-stream.ts';

/** The reader took nothing for so long that what waited for it was given up. */
export class SlowReaderError extends Error {
  override readonly name = 'SlowReaderError';
}

export interface SocketReaderOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly maxBufferedBytes: number;
  /** How long a full buffer may stay so. @default 10 000 ms */
  readonly patienceMs?: number;
}

const lookEveryMs = 50;

/** Text messages on a web socket, with a bounded amount waiting. */
export function createSocketReader(socket: WebSocket, options: SocketReaderOptions): Reader {
  const { clock, signal, maxBufferedBytes, patienceMs = 10_000 } = options;
  return {
    async send(text) {
      const began = clock.monotonic();
      while (socket.bufferedAmount > maxBufferedBytes) {
        if (clock.monotonic() - began > patienceMs) {
          throw new SlowReaderError('the reader does not take what is sent');
        }
        await clock.sleep(lookEveryMs, signal);
      }
      socket.send(text);
    },
  };
}
