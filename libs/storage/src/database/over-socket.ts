import type { Socket } from 'node:net';
import { StorageUnavailableError } from '../errors.ts';
import { createGuardedSocket } from '../network/guarded-socket.ts';
import { ownErrorIn } from '../remote/service-errors.ts';
import { toDatabaseError } from './database-errors.ts';
import type { ServerTarget } from './server-uri.ts';
import type { SessionOptions } from './session-options.ts';

/**
 * Lets the client of a database work over a socket that goes to the target, and breaks it afterwards.
 * @throws the errors of the port; the reason of the signal
 */
export async function overSocket<T>(
  { host, port, encrypted }: ServerTarget,
  { network, signal, mostBytes = Infinity }: SessionOptions,
  work: (socket: Socket) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const connection = encrypted ? 'encrypted' : 'plain';
  const socket = createGuardedSocket({ host, port, connection, network });
  // Clients pass on copies of it, or none.
  let own: Error | undefined;
  socket.on('error', (error) => {
    own ??= ownErrorIn(error);
  });
  const abort = (): void => {
    socket.destroy();
  };
  signal.addEventListener('abort', abort, { once: true });
  const watch = watchBytes(socket, mostBytes);
  try {
    return await work(socket);
  } catch (error) {
    signal.throwIfAborted();
    throw own ?? toDatabaseError(error);
  } finally {
    clearInterval(watch);
    signal.removeEventListener('abort', abort);
    socket.destroy();
  }
}

const watchMs = 20;

/** Looks how much came, since clients keep what they are sent until an answer is whole. */
function watchBytes(socket: Socket, mostBytes: number): NodeJS.Timeout {
  return setInterval(() => {
    if (socket.bytesRead <= mostBytes) return;
    socket.destroy(new StorageUnavailableError('', 'it sent more than an answer can have'));
  }, watchMs).unref();
}
