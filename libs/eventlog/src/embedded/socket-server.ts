import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { dirname } from 'node:path';

/** The socket's folder could be entered by other users of the machine, or its path is too long for the system. */
export class UnsafeSocketError extends Error {
  override readonly name = 'UnsafeSocketError';
  readonly path: string;
  constructor(path: string, reason: string) {
    super(`will not listen on ${path}: ${reason}`);
    this.path = path;
  }
}

/** sun_path holds 104 bytes on macOS and 108 on Linux, the closing zero included. */
const longestPath = 103;

function assertPrivate(socketPath: string): void {
  if (Buffer.byteLength(socketPath) > longestPath) {
    throw new UnsafeSocketError(socketPath, `a socket's path has at most ${longestPath} bytes`);
  }
  const folder = dirname(socketPath);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { mode, uid } = lstatSync(folder);
  if (process.getuid && uid !== process.getuid()) {
    throw new UnsafeSocketError(socketPath, 'its folder belongs to another user');
  }
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new UnsafeSocketError(socketPath, 'its folder must be open to its owner only (chmod 700)');
  }
}

/** Whether somebody serves the socket, rather than an engine that died having left it behind. */
function isServed(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socketPath);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => {
      resolve(false);
    });
  });
}

/**
 * Listens on a Unix socket that only this user can reach, taking over what an engine that died left behind.
 * @throws UnsafeSocketError
 */
export async function listenOnSocket(
  socketPath: string,
  onConnection: (socket: Socket) => void,
): Promise<Server> {
  assertPrivate(socketPath);
  if (await isServed(socketPath))
    throw new UnsafeSocketError(socketPath, 'another engine is listening there');
  rmSync(socketPath, { force: true });
  const server = createServer(onConnection);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, () => {
      server.off('error', reject);
      resolve();
    });
  });
  if (process.platform !== 'win32') chmodSync(socketPath, 0o600);
  return server;
}
