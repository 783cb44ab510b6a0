import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect as connectSocket, createServer as createProxy } from 'node:net';
import type { RequestListener } from 'node:http';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import { Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import type {
  handleClientStreamingCall,
  handleUnaryCall,
  sendUnaryData,
  ServerUnaryCall,
} from '@grpc/grpc-js';
import { createFakeClock } from '@ccd/reconcile/testing';
import type { FakeClock } from '@ccd/reconcile/testing';
import { connectControlPlane } from '../connect-control-plane.ts';
import type { ControlPlane } from '../domain.ts';
import type { ControlPlaneOptions } from '../options.ts';

/** What one call is answered with. */
export type Script =
  | { readonly bytes: Uint8Array; readonly metadata?: Readonly<Record<string, string>> }
  | { readonly code: status; readonly details?: string }
  /** Never answers. */
  | 'hang'
  /** Resets the connection in the middle of the call. */
  | 'reset';

export interface ReceivedCall {
  readonly path: string;
  readonly metadata: Metadata;
  readonly request: Buffer;
  /** When the server was told to give up. */
  readonly deadline: Date | number;
  readonly cancelled: () => boolean;
}

export interface ScriptedServer {
  /** Sets the answers of a unary method, one per call; the last one repeats. */
  answer(path: string, ...scripts: readonly Script[]): void;
  /** Lets a client stream succeed. Its messages stand joined in `request`, as protobuf merges repeated fields. */
  acceptStream(path: string): void;
  /** What the token endpoint answers, one per request; the last one repeats. */
  tokens(...answers: readonly { readonly status: number; readonly body: unknown }[]): void;
  readonly calls: readonly ReceivedCall[];
  readonly tokenRequests: readonly string[];
  readonly clock: FakeClock;
  connect(options?: Partial<ControlPlaneOptions>): ControlPlane;
  stop(): Promise<void>;
}

export const installationId = '11111111-1111-4111-8111-111111111111';

const asIs = (bytes: Buffer): Buffer => bytes;

/** Texts in PEM. */
export interface ScriptedTls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** A real gRPC server and a real token endpoint that answer what a test says, byte for byte; over TLS, where given. */
export async function startScriptedServer(tls?: ScriptedTls): Promise<ScriptedServer> {
  const clock = createFakeClock();
  const scripts = new Map<string, Script[]>();
  const calls: ReceivedCall[] = [];
  const tokenRequests: string[] = [];
  const connections: ControlPlane[] = [];
  const sockets = new Set<Socket>();
  let tokenAnswers = [{ status: 200, body: { access_token: 'token-1', expires_in: 3600 } as unknown }];

  const server = new Server();
  const handleAny =
    (path: string): handleUnaryCall<Buffer, Buffer> =>
    (call, callback) => {
      const { metadata, request } = call;
      calls.push({ path, metadata, request, deadline: call.getDeadline(), cancelled: () => call.cancelled });
      const remaining = scripts.get(path) ?? [];
      const script = remaining.length > 1 ? remaining.shift() : remaining[0];
      if (script === 'reset') for (const socket of sockets) socket.resetAndDestroy();
      else perform(script ?? { code: status.UNIMPLEMENTED, details: 'not scripted' }, call, callback);
    };
  const register = (path: string): void => {
    server.register(path, handleAny(path), asIs, asIs, 'unary');
  };

  const answerToken: RequestListener = (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      tokenRequests.push(`${request.url ?? ''}?${body}`);
      const [answer] = tokenAnswers.length > 1 ? tokenAnswers.splice(0, 1) : tokenAnswers;
      response.writeHead(answer?.status ?? 500, { 'content-type': 'application/json' });
      response.end(typeof answer?.body === 'string' ? answer.body : JSON.stringify(answer?.body));
    });
  };
  const tokenServer = tls
    ? createTlsServer({ cert: tls.cert, key: tls.key }, answerToken)
    : createServer(answerToken);
  await new Promise<void>((resolve) => tokenServer.listen(0, '127.0.0.1', resolve));
  const authUrl = `${tls ? 'https' : 'http'}://127.0.0.1:${(tokenServer.address() as AddressInfo).port}`;
  const credentials = tls
    ? ServerCredentials.createSsl(null, [
        { cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) },
      ])
    : ServerCredentials.createInsecure();
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });

  const proxy = await startProxy(port, sockets);
  const proxyPort = (proxy.address() as AddressInfo).port;

  return {
    calls,
    tokenRequests,
    clock,
    answer(path, ...given) {
      if (!scripts.has(path)) register(path);
      scripts.set(path, [...given]);
    },
    acceptStream(path) {
      const handle: handleClientStreamingCall<Buffer, Buffer> = (call, callback) => {
        const chunks: Buffer[] = [];
        call.on('data', (chunk: Buffer) => chunks.push(chunk));
        call.on('end', () => {
          const { metadata } = call;
          const [deadline, request] = [call.getDeadline(), Buffer.concat(chunks)];
          calls.push({ path, metadata, request, deadline, cancelled: () => call.cancelled });
          callback(null, Buffer.alloc(0));
        });
      };
      server.register(path, handle, asIs, asIs, 'clientStream');
    },
    tokens(...answers) {
      tokenAnswers = [...answers];
    },
    connect(options = {}) {
      const connection = connectControlPlane({
        host: '127.0.0.1',
        port: proxyPort,
        tls: tls ? { ca: tls.ca } : 'off',
        authUrl,
        clientId: 'ins-test',
        clientSecret: 'very-secret',
        installationId,
        clock,
        random: () => 0,
        ...options,
      });
      connections.push(connection);
      return connection;
    },
    async stop() {
      for (const connection of connections) connection.close();
      server.forceShutdown();
      proxy.close();
      for (const socket of sockets) socket.destroy();
      tokenServer.closeAllConnections();
      await new Promise((resolve) => tokenServer.close(resolve));
    },
  };
}

/** Stands before the server, so that its connections can be cut. */
async function startProxy(port: number, sockets: Set<Socket>): Promise<NetServer> {
  const proxy = createProxy((downstream) => {
    const upstream = connectSocket(port, '127.0.0.1');
    for (const [socket, other] of [
      [downstream, upstream],
      [upstream, downstream],
    ] as const) {
      sockets.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return proxy;
}

function perform(
  script: Exclude<Script, 'reset'>,
  call: ServerUnaryCall<Buffer, Buffer>,
  callback: sendUnaryData<Buffer>,
): void {
  if (script === 'hang') return;
  if ('code' in script) {
    callback({ code: script.code, details: script.details ?? '' });
    return;
  }
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(script.metadata ?? {})) metadata.set(key, value);
  call.sendMetadata(metadata);
  callback(null, Buffer.from(script.bytes));
}
