import { failpoint } from '@ccd/failpoints';
import type { MetadataSource } from '@ccd/controlplane';
import type { GrpcCall, GrpcMethod, GrpcMethods, GrpcServer, GrpcStatus, Logger } from '@ccd/service';
import { createGrpcServer, errorFields, GrpcError, grpcStatus, onlyOne, toGrpcResponse } from '@ccd/service';
import { DatabaseUnavailableError } from '../database/database-unavailable-error.ts';
import type { Principal } from '../principals.ts';
import { accessRules, mayCall } from './access.ts';
import type { AnyHandler, Call, Implementation, ServiceDefinition } from './handlers.ts';
import { EncodedResponse } from './handlers.ts';
import { StatusError, permissionDenied } from './status-error.ts';

export interface RpcServerOptions {
  readonly implementations: readonly Implementation[];
  /** Methods that need neither a caller nor a rule. */
  readonly others?: GrpcMethods;
  /** Turns the metadata of a call into its caller. @throws StatusError UNAUTHENTICATED */
  readonly authenticate: (metadata: MetadataSource) => Promise<Principal>;
  /** Checks a request against the rules of the protocol. @throws StatusError INVALID_ARGUMENT */
  readonly validate: (path: string, request: unknown) => void;
  /** Aborts when the server is about to stop: streams of answers then end, as those do that have no more to say. */
  readonly stopping: AbortSignal;
  readonly logger: Logger;
}

/** A gRPC server in which every method of every given service answers, be it with UNIMPLEMENTED. */
export function createRpcServer(options: RpcServerOptions): GrpcServer {
  const methods = new Map<string, GrpcMethod>(options.others);
  for (const { service, handlers } of options.implementations) {
    for (const [name, method] of Object.entries(service)) {
      methods.set(method.path, toGrpcMethod(method, handlers[name], options));
    }
  }
  return createGrpcServer({
    methods,
    onUnforeseen: (error, path) => toStatus(error, path, options.logger),
  });
}

function toGrpcMethod(
  method: ServiceDefinition[string],
  handler: AnyHandler | undefined,
  options: RpcServerOptions,
): GrpcMethod {
  const { path } = method;
  const [service = '', name = ''] = splitPath(path);
  const rule = accessRules[service]?.[name];
  if (handler === undefined) return notOffered(method);

  const prepare = async (call: GrpcCall): Promise<Call> => {
    const principal = await options.authenticate(call.metadata);
    if (!mayCall(rule, principal)) throw permissionDenied(`Your role does not allow ${name}`);
    return new CallOf(call, principal);
  };
  const read = (bytes: Buffer): unknown => {
    const request = deserialize(method, bytes);
    options.validate(path, request);
    return request;
  };
  const write = (response: unknown): Buffer => method.responseSerialize(response as never);

  if (method.requestStream) {
    return {
      kind: 'streaming',
      async *respond(requests, call) {
        yield write(await handler(mapEach(requests, read), await prepare(call)));
      },
    };
  }
  if (method.responseStream) {
    return {
      kind: 'streaming',
      async *respond(requests, call) {
        const { principal, metadata, signal } = await prepare(call);
        const request = read(await onlyOne(requests));
        const untilWeStop = AbortSignal.any([signal, options.stopping]);
        const responses = handler(request, { principal, metadata, signal: untilWeStop });
        call.accept();
        for await (const response of responses as AsyncIterable<unknown>) yield write(response);
      },
    };
  }
  return {
    kind: 'unary',
    async respond(bytes, call) {
      const context = await prepare(call);
      const response = await handler(read(bytes), context);
      failpoint('controlPlane.beforeReply');
      return response instanceof EncodedResponse ? response.encoded : toGrpcResponse(write(response));
    },
  };
}

function notOffered({ path, requestStream, responseStream }: ServiceDefinition[string]): GrpcMethod {
  const error = new StatusError(grpcStatus.UNIMPLEMENTED, unimplementedText(path));
  if (!requestStream && !responseStream) return { kind: 'unary', respond: () => Promise.reject(error) };
  return {
    kind: 'streaming',
    respond: () => {
      throw error;
    },
  };
}

function deserialize({ requestDeserialize }: ServiceDefinition[string], bytes: Buffer): unknown {
  try {
    return requestDeserialize(bytes);
  } catch (error) {
    throw new GrpcError(grpcStatus.INTERNAL, 'The request is no message of the method', { cause: error });
  }
}

/** Of a class, so that it is cheap to make: the signal is made for those who ask. */
class CallOf implements Call {
  readonly principal: Principal;
  readonly #call: GrpcCall;

  constructor(call: GrpcCall, principal: Principal) {
    this.#call = call;
    this.principal = principal;
  }

  get metadata(): MetadataSource {
    return this.#call.metadata;
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }
}

async function* mapEach(requests: AsyncIterable<Buffer>, each: (request: Buffer) => unknown): AsyncGenerator {
  for await (const request of requests) yield each(request);
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

/** An error that no handler foresaw is logged, and its caller told nothing of its inside. */
function toStatus(error: unknown, path: string, logger: Logger): GrpcStatus {
  logger.error({ path, error: errorFields(error) }, 'a call failed');
  if (error instanceof DatabaseUnavailableError) {
    return {
      code: grpcStatus.UNAVAILABLE,
      message: `The control plane cannot do this now: ${error.message}`,
    };
  }
  return { code: grpcStatus.INTERNAL, message: 'The control plane failed; its log says why' };
}
