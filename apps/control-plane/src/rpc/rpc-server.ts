import type { EventEmitter } from 'node:events';
import { failpoint } from '@ccd/failpoints';
import { logVerbosity, Metadata, Server, setLogVerbosity, status } from '@grpc/grpc-js';
import type {
  MethodDefinition,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
  sendUnaryData,
  UntypedHandleCall,
} from '@grpc/grpc-js';
import type { Logger } from '@ccd/service';
import { errorFields } from '@ccd/service';
import type { Principal } from '../principals.ts';
import { accessRules, mayCall } from './access.ts';
import type { AnyHandler, Call, Implementation } from './handlers.ts';
import { EncodedResponse } from './handlers.ts';
import { StatusError, permissionDenied } from './status-error.ts';

export interface RpcServerOptions {
  readonly implementations: readonly Implementation[];
  /** Turns the metadata of a call into its caller. @throws StatusError UNAUTHENTICATED */
  readonly authenticate: (metadata: Metadata) => Promise<Principal>;
  /** Checks a request against the rules of the protocol. @throws StatusError INVALID_ARGUMENT */
  readonly validate: (path: string, request: unknown) => void;
  /** Aborts when the server is about to stop: streams of answers then end, as those do that have no more to say. */
  readonly stopping: AbortSignal;
  readonly logger: Logger;
}

type AnyMethod = MethodDefinition<unknown, unknown>;

/** Requests are small but for schemas and keysets; answers hold whole lists. */
const maxRequestBytes = 4 * 1024 * 1024;
const maxResponseBytes = 64 * 1024 * 1024;

/** A gRPC server in which every method of every given service answers, if only that it is not implemented. */
export function createRpcServer(options: RpcServerOptions): Server {
  // The library writes to the console what it also throws, and a console is no log.
  setLogVerbosity(logVerbosity.NONE);
  const server = new Server({
    'grpc.max_receive_message_length': maxRequestBytes,
    'grpc.max_send_message_length': maxResponseBytes,
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 20_000,
    'grpc.keepalive_permit_without_calls': 1,
  });
  for (const { service, handlers } of options.implementations) {
    const definitions: Record<string, AnyMethod> = {};
    const calls: Record<string, UntypedHandleCall> = {};
    for (const [name, method] of Object.entries(service)) {
      const definition = withEncodedResponses(method as unknown as AnyMethod);
      definitions[name] = definition;
      calls[name] = toGrpcHandler(definition, handlers[name], options);
    }
    server.addService(definitions, calls);
  }
  return server;
}

function withEncodedResponses(method: AnyMethod): AnyMethod {
  return {
    ...method,
    responseSerialize: (value) =>
      value instanceof EncodedResponse ? value.bytes : method.responseSerialize(value),
  };
}

function toGrpcHandler(
  method: AnyMethod,
  handler: AnyHandler | undefined,
  options: RpcServerOptions,
): UntypedHandleCall {
  const { path } = method;
  const [service = '', name = ''] = splitPath(path);
  const rule = accessRules[service]?.[name];
  const prepare = async (call: AnyCall): Promise<Call> => {
    if (handler === undefined) throw new StatusError(status.UNIMPLEMENTED, unimplementedText(path));
    const principal = await options.authenticate(call.metadata);
    if (!mayCall(rule, principal)) throw permissionDenied(`Your role does not allow ${name}`);
    return contextOf(call, principal);
  };
  const check = (request: unknown): unknown => {
    options.validate(path, request);
    return request;
  };

  if (method.requestStream) {
    return (call: ServerReadableStream<unknown, unknown>, callback: sendUnaryData<unknown>) => {
      void prepare(call)
        .then(async (context) => {
          callback(null, await handler?.(mapEach(call, check), context));
        })
        .catch((error: unknown) => {
          callback(toStatus(error, path, options.logger));
        });
    };
  }
  if (method.responseStream) {
    return (call: ServerWritableStream<unknown, unknown>) => {
      void prepare(call)
        .then(async (context) => {
          const signal = AbortSignal.any([context.signal, options.stopping]);
          const responses = handler?.(check(call.request), { ...context, signal }) as AsyncIterable<unknown>;
          call.sendMetadata(new Metadata());
          for await (const response of responses) {
            if (!call.write(response)) await drained(call, signal);
          }
          call.end();
        })
        .catch((error: unknown) => {
          if (!call.cancelled) call.emit('error', toStatus(error, path, options.logger));
        });
    };
  }
  return (call: ServerUnaryCall<unknown, unknown>, callback: sendUnaryData<unknown>) => {
    void prepare(call)
      .then(async (context) => {
        const response = await handler?.(check(call.request), context);
        failpoint('controlPlane.beforeReply');
        if (response instanceof EncodedResponse) call.sendMetadata(response.headers);
        callback(null, response);
      })
      .catch((error: unknown) => {
        callback(toStatus(error, path, options.logger));
      });
  };
}

type AnyCall =
  | ServerUnaryCall<unknown, unknown>
  | ServerReadableStream<unknown, unknown>
  | ServerWritableStream<unknown, unknown>;

function contextOf(call: AnyCall, principal: Principal): Call {
  let signal: AbortSignal | undefined;
  return {
    principal,
    metadata: call.metadata,
    // Made for those who ask: the library calls every call cancelled once it is over, which is dear to tell.
    get signal() {
      return (signal ??= signalOf(call));
    },
  };
}

function signalOf(call: AnyCall): AbortSignal {
  const cancelled = new AbortController();
  const abort = (): void => {
    cancelled.abort();
  };
  const events: EventEmitter = call;
  if (call.cancelled) abort();
  else events.once('cancelled', abort);
  return cancelled.signal;
}

async function* mapEach(
  requests: AsyncIterable<unknown>,
  each: (request: unknown) => unknown,
): AsyncGenerator {
  for await (const request of requests) yield each(request);
}

async function drained(call: ServerWritableStream<unknown, unknown>, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const go = () => {
    resolve(undefined);
  };
  call.once('drain', go);
  signal.addEventListener('abort', go, { once: true });
  await promise;
  call.off('drain', go);
  signal.removeEventListener('abort', go);
}

/** `/strmprivacy.api.streams.v1.StreamsService/GetStream` gives `StreamsService` and `GetStream`. */
export function splitPath(path: string): readonly string[] {
  const [, service = '', method = ''] = path.split('/');
  return [service.slice(service.lastIndexOf('.') + 1), method];
}

function unimplementedText(path: string): string {
  const [service, method] = splitPath(path);
  return `${method ?? ''} of ${service ?? ''} is not offered by this control plane yet`;
}

/** What the caller is told. An error that no handler foresaw is logged, and its caller told nothing of its inside. */
function toStatus(error: unknown, path: string, logger: Logger): { code: status; details: string } {
  if (error instanceof StatusError) return { code: error.code, details: error.message };
  logger.error({ path, error: errorFields(error) }, 'a call failed');
  return { code: status.INTERNAL, details: 'The control plane failed; its log says why' };
}
