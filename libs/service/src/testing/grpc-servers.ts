import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import type {
  sendUnaryData,
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
} from '@grpc/grpc-js';
import type { GrpcCall, GrpcMethod } from '../grpc/grpc-method.ts';
import { toGrpcResponse } from '../grpc/grpc-response.ts';
import { createGrpcServer } from '../grpc/grpc-server.ts';
import type { GrpcServerOptions } from '../grpc/grpc-server.ts';
import { GrpcError, grpcStatus } from '../grpc/grpc-status.ts';
import { onlyOne } from '../grpc/serve-call.ts';

/** A server of the methods `/test.Test/…`, by one implementation of the protocol or another. */
export interface TestServer {
  readonly port: number;
  /** Calls of `Hang` that were told that nobody waits for them any more. */
  readonly cancelled: () => number;
  readonly stop: (graceMs?: number) => Promise<void>;
}

export const maxRequestBytes = 100_000;
/** What `Fail` fails with. */
export const failure = 'niet gevonden: 100 % "é" \u{1F512}\n';

const sizeOf = (request: Uint8Array): number => Number(Buffer.from(request).toString());

async function* split(requests: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const request of requests) yield Buffer.from(request);
}

/** `Echo` repeats the request and the metadata `text` and `data-bin`; `Big` answers with so many bytes as it is asked. */
export async function startOurs(options: Partial<GrpcServerOptions> = {}): Promise<TestServer> {
  let cancelled = 0;
  const hang = async ({ signal }: GrpcCall): Promise<never> => {
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        cancelled += 1;
        resolve();
      });
    });
    throw new Error('nobody sees this');
  };
  const fail = new GrpcError(grpcStatus.NOT_FOUND, failure);
  const methods: Readonly<Record<string, GrpcMethod>> = {
    Echo: {
      kind: 'unary',
      respond: async (request, { metadata }) => {
        const beside: Record<string, string> = {};
        for (const name of ['text', 'data-bin']) {
          const [value] = metadata.get(name);
          if (value !== undefined) {
            beside[name] = typeof value === 'string' ? value : value.toString('base64');
          }
        }
        return toGrpcResponse(request, beside);
      },
    },
    Fail: { kind: 'unary', respond: () => Promise.reject(fail) },
    Break: { kind: 'unary', respond: () => Promise.reject(new Error('a secret')) },
    Hang: { kind: 'unary', respond: (_, call) => hang(call) },
    Big: { kind: 'unary', respond: async (request) => toGrpcResponse(Buffer.alloc(sizeOf(request), 7)) },
    Collect: {
      kind: 'streaming',
      async *respond(requests) {
        const all: Buffer[] = [];
        for await (const request of requests) all.push(request);
        yield Buffer.concat(all);
      },
    },
    Count: {
      kind: 'streaming',
      async *respond(requests) {
        const count = sizeOf(await onlyOne(requests));
        for (let number = 1; number <= count; number += 1) yield Buffer.from(String(number));
      },
    },
    CountAndFail: {
      kind: 'streaming',
      async *respond(requests) {
        await onlyOne(requests);
        yield Buffer.from('1');
        throw fail;
      },
    },
    Chat: { kind: 'streaming', respond: split },
  };
  const server = createGrpcServer({
    methods: new Map(Object.entries(methods).map(([name, method]) => [`/test.Test/${name}`, method])),
    onUnforeseen: () => ({ code: grpcStatus.INTERNAL, message: 'the server failed' }),
    maxRequestBytes,
    ...options,
  });
  const port = await server.listen({ host: '127.0.0.1', port: 0 });
  return { port, cancelled: () => cancelled, stop: (graceMs = 0) => server.close(graceMs) };
}

const asItIs = (bytes: Buffer): Buffer => bytes;
type Unary = ServerUnaryCall<Buffer, Buffer>;
type Reply = sendUnaryData<Buffer>;

/** The same methods by @grpc/grpc-js. */
export async function startTheirs(): Promise<TestServer> {
  let cancelled = 0;
  const fail = { code: status.NOT_FOUND, details: failure };
  const server = new Server({ 'grpc.max_receive_message_length': maxRequestBytes });
  const unary = (name: string, handle: (call: Unary, reply: Reply) => void): void => {
    server.register(`/test.Test/${name}`, handle, asItIs, asItIs, 'unary');
  };
  unary('Echo', (call, reply) => {
    const beside = call.metadata.clone();
    for (const name of Object.keys(beside.getMap())) {
      if (!['text', 'data-bin'].includes(name)) beside.remove(name);
    }
    call.sendMetadata(beside);
    reply(null, call.request);
  });
  unary('Fail', (_, reply) => {
    reply(fail);
  });
  unary('Break', (_, reply) => {
    reply({ code: status.INTERNAL, details: 'the server failed' });
  });
  unary('Hang', (call) => {
    call.on('cancelled', () => {
      cancelled += 1;
    });
  });
  unary('Big', (call, reply) => {
    reply(null, Buffer.alloc(sizeOf(call.request), 7));
  });
  server.register(
    '/test.Test/Collect',
    (call: ServerReadableStream<Buffer, Buffer>, reply: Reply) => {
      const all: Buffer[] = [];
      call
        .on('data', (request: Buffer) => all.push(request))
        .on('end', () => {
          reply(null, Buffer.concat(all));
        });
    },
    asItIs,
    asItIs,
    'clientStream',
  );
  server.register(
    '/test.Test/Count',
    (call: ServerWritableStream<Buffer, Buffer>) => {
      for (let number = 1; number <= sizeOf(call.request); number += 1) {
        call.write(Buffer.from(String(number)));
      }
      call.end();
    },
    asItIs,
    asItIs,
    'serverStream',
  );
  server.register(
    '/test.Test/CountAndFail',
    (call: ServerWritableStream<Buffer, Buffer>) => {
      call.write(Buffer.from('1'));
      call.emit('error', fail);
    },
    asItIs,
    asItIs,
    'serverStream',
  );
  server.register(
    '/test.Test/Chat',
    (call: ServerDuplexStream<Buffer, Buffer>) => {
      call
        .on('data', (request: Buffer) => call.write(request))
        .on('end', () => {
          call.end();
        });
    },
    asItIs,
    asItIs,
    'bidi',
  );
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
    if (error === null) resolve(port);
    else reject(error);
  });
  return {
    port: await promise,
    cancelled: () => cancelled,
    stop: async () => {
      server.forceShutdown();
    },
  };
}
