import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** What happens to the bytes on their way back to whoever connected. */
export type Toxic =
  | { readonly kind: 'none' }
  /** Every byte in a packet of its own. */
  | { readonly kind: 'slice' }
  /** The connection is reset once so many bytes have passed. */
  | { readonly kind: 'reset'; readonly afterBytes: number }
  /** So many bytes pass, and nothing after them, without a word. */
  | { readonly kind: 'swallow'; readonly afterBytes: number };

export interface ToxicProxy {
  readonly port: number;
  /** Sets what happens to new answers, on connections that stand as well. Counts begin anew. */
  poison(toxic: Toxic): void;
  /** Cuts every connection. */
  cut(): void;
  stop(): Promise<void>;
}

const none: Toxic = { kind: 'none' };

/** A TCP proxy on this machine that spoils the way back from a server, for tests of what clients make of it. */
export async function startToxicProxy(targetPort: number): Promise<ToxicProxy> {
  const sockets = new Set<Socket>();
  let toxic = none;
  let passed = 0;

  function hold(socket: Socket, other: Socket): void {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket
      .on('error', () => {})
      .on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
  }

  function pass(chunk: Buffer, near: Socket): void {
    switch (toxic.kind) {
      case 'none':
        near.write(chunk);
        break;
      case 'slice':
        for (let at = 0; at < chunk.length; at += 1) near.write(chunk.subarray(at, at + 1));
        break;
      case 'reset':
      case 'swallow': {
        const left = Math.max(toxic.afterBytes - passed, 0);
        passed += chunk.length;
        if (left > 0) near.write(chunk.subarray(0, left));
        if (toxic.kind === 'reset' && chunk.length > left) near.resetAndDestroy();
        break;
      }
    }
  }

  const server = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1');
    hold(near, far);
    hold(far, near);
    near.pipe(far);
    far.on('data', (chunk: Buffer) => {
      pass(chunk, near);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    poison(next) {
      toxic = next;
      passed = 0;
    },
    cut,
    async stop() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
