import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { ServerHttp2Stream } from 'node:http2';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { pollPath } from './control-plane.ts';

/** A server that does the least that is a server. */
export interface Baseline {
  readonly port: number;
  stop(): Promise<void>;
}

/** A unary method over grpc-js that answers with the same bytes each time, and looks at nothing. */
export async function startGrpcBaseline(bytes: Buffer): Promise<Baseline> {
  const server = new Server();
  const asIs = (given: Buffer): Buffer => given;
  server.register(
    pollPath,
    (_call: unknown, callback: (error: null, answer: Buffer) => void) => {
      callback(null, bytes);
    },
    asIs,
    asIs,
    'unary',
  );
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
    if (error === null) resolve(port);
    else reject(error);
  });
  return {
    port: await promise,
    async stop() {
      server.forceShutdown();
    },
  };
}

/** The same over node:http2 with the frame made once: what is left when there is no gRPC library at all. */
export async function startRawBaseline(bytes: Buffer): Promise<Baseline> {
  const frame = Buffer.alloc(5 + bytes.length);
  frame.writeUInt32BE(bytes.length, 1);
  bytes.copy(frame, 5);
  const server = createServer();
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => {
      stream.sendTrailers({ 'grpc-status': '0' });
    });
    stream.on('error', () => {});
    stream.resume();
    stream.end(frame);
  });
  const sessions = new Set<{ destroy: () => void }>();
  server.on('session', (session) => sessions.add(session));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    port: address.port,
    async stop() {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
