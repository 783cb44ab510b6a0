import { constants } from 'node:http2';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { decompress } from './grpc-compression.ts';
import { createMessageReader, frameMessage, prefixBytes } from './grpc-messages.ts';
import type { ReceivedMessage } from './grpc-messages.ts';
import type { GrpcMethods, StreamingMethod, UnaryMethod } from './grpc-method.ts';
import { GrpcError, grpcStatus } from './grpc-status.ts';
import type { GrpcStatus } from './grpc-status.ts';
import { GrpcStream } from './grpc-stream.ts';
import { readGrpcTimeout } from './grpc-timeout.ts';

export interface CallOptions {
  readonly methods: GrpcMethods;
  /** Largest message that is accepted, in bytes. */
  readonly maxRequestBytes: number;
  /** Largest message that is sent, in bytes. */
  readonly maxResponseBytes: number;
  /** What the caller is told of an error that is no `GrpcError`. */
  readonly onUnforeseen: (error: unknown, path: string) => GrpcStatus;
}

/** Answers what came as one HTTP/2 stream. */
export function serveCall(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  options: CallOptions,
): void {
  // Its close says all that is of interest, and may have come already: a peer can begin and reset in one breath.
  stream.on('error', () => {});
  if (stream.destroyed || stream.closed) return;
  if (headers['content-type']?.startsWith('application/grpc') !== true) {
    refuse(stream);
    return;
  }
  const path = headers[':path'] ?? '';
  const call = new GrpcStream(stream, headers);
  try {
    const method = options.methods.get(path);
    if (method === undefined) throw notImplemented(path);
    const timeout = headers['grpc-timeout'];
    if (timeout !== undefined) call.endAfter(readGrpcTimeout(String(timeout)));
    const context = { stream, call, path, options, encoding: String(headers['grpc-encoding'] ?? 'identity') };
    if (method.kind === 'unary') serveUnary(context, method);
    else void serveStreaming(context, method);
  } catch (error) {
    call.end(toStatus(error, path, options));
  }
}

interface Context {
  readonly stream: ServerHttp2Stream;
  readonly call: GrpcStream;
  readonly path: string;
  /** Of messages that say that they are compressed. */
  readonly encoding: string;
  readonly options: CallOptions;
}

function refuse(stream: ServerHttp2Stream): void {
  const status = constants.HTTP_STATUS_UNSUPPORTED_MEDIA_TYPE;
  stream.respond({ [constants.HTTP2_HEADER_STATUS]: status }, { endStream: true });
  stream.resume();
}

function serveUnary(context: Context, method: UnaryMethod): void {
  const { stream, call, options } = context;
  const reader = createMessageReader(options.maxRequestBytes);
  let request: ReceivedMessage | undefined;

  const fail = (error: unknown): void => {
    call.end(toStatus(error, context.path, options));
  };
  stream.on('data', (chunk: Buffer) => {
    if (call.isOver) return;
    try {
      for (const message of reader.push(chunk)) {
        if (request !== undefined) throw notOne('more than one');
        request = message;
      }
    } catch (error) {
      fail(error);
    }
  });
  stream.on('end', () => {
    if (call.isOver) return;
    if (!reader.isBetweenMessages()) fail(cutOff());
    else if (request === undefined) fail(notOne('none'));
    else void respond(request).catch(fail);
  });

  async function respond(message: ReceivedMessage): Promise<void> {
    const bytes = message.isCompressed ? await decompressed(message, context) : message.bytes;
    const response = await method.respond(bytes, call);
    checkSize(response.frame, options);
    call.respond(response);
  }
}

async function serveStreaming(context: Context, method: StreamingMethod): Promise<void> {
  const { call, path, options } = context;
  try {
    for await (const message of method.respond(requestsOf(context), call)) {
      if (call.isOver) return;
      const frame = frameMessage(message);
      checkSize(frame, options);
      await call.send(frame);
    }
    call.end();
  } catch (error) {
    // Whoever has gone is told nothing, and reading from them fails.
    if (!call.isOver) call.end(toStatus(error, path, options));
  }
}

/** Reads on as the method does, so that a peer cannot send ahead of it more than the window of the stream. */
async function* requestsOf(context: Context): AsyncGenerator<Buffer, void> {
  const { stream, options } = context;
  const reader = createMessageReader(options.maxRequestBytes);
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    for (const message of reader.push(chunk as Buffer)) {
      yield message.isCompressed ? await decompressed(message, context) : message.bytes;
    }
  }
  if (!reader.isBetweenMessages()) throw cutOff();
}

const decompressed = (message: ReceivedMessage, { encoding, options }: Context): Promise<Buffer> =>
  decompress(message, encoding, options.maxRequestBytes);

/** The one request of a method that takes one. @throws GrpcError UNIMPLEMENTED for none or several, as other servers */
export async function onlyOne(requests: AsyncIterable<Buffer>): Promise<Buffer> {
  let only: Buffer | undefined;
  for await (const request of requests) {
    if (only !== undefined) throw notOne('more than one');
    only = request;
  }
  if (only === undefined) throw notOne('none');
  return only;
}

function checkSize(frame: Buffer, { maxResponseBytes }: CallOptions): void {
  const length = frame.length - prefixBytes;
  if (length <= maxResponseBytes) return;
  throw new GrpcError(
    grpcStatus.RESOURCE_EXHAUSTED,
    `The response has ${length} bytes, more than the ${maxResponseBytes} that are sent`,
  );
}

function toStatus(error: unknown, path: string, { onUnforeseen }: CallOptions): GrpcStatus {
  return error instanceof GrpcError ? error : onUnforeseen(error, path);
}

const notImplemented = (path: string): GrpcError =>
  new GrpcError(grpcStatus.UNIMPLEMENTED, `The server does not implement the method ${path}`);

const notOne = (found: string): GrpcError =>
  new GrpcError(grpcStatus.UNIMPLEMENTED, `The method takes one request message, and there was ${found}`);

const cutOff = (): GrpcError =>
  new GrpcError(grpcStatus.INTERNAL, 'The request ends in the middle of a message');
