import type { MetadataSource } from '@ccd/controlplane';
import type { GrpcResponse } from '@ccd/service';
import type { Principal } from '../principals.ts';

/** What a handler knows of the call beside the request. */
export interface Call {
  readonly principal: Principal;
  /** What came beside the request. */
  readonly metadata: MetadataSource;
  /** Aborts when the caller goes away or the server stops. */
  readonly signal: AbortSignal;
}

interface Method {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestDeserialize: (bytes: Buffer) => unknown;
  readonly responseSerialize: (value: never) => Buffer;
}

/** A service as ts-proto describes it. */
export type ServiceDefinition = Readonly<Record<string, Method>>;

type RequestOf<M> = M extends { requestDeserialize: (bytes: Buffer) => infer Request } ? Request : never;
type ResponseOf<M> = M extends { responseSerialize: (value: infer Response) => Buffer } ? Response : never;

type HandlerOf<M> = M extends { requestStream: true }
  ? (requests: AsyncIterable<RequestOf<M>>, call: Call) => Promise<ResponseOf<M>>
  : M extends { responseStream: true }
    ? (request: RequestOf<M>, call: Call) => AsyncIterable<ResponseOf<M>>
    : (request: RequestOf<M>, call: Call) => Promise<ResponseOf<M> | EncodedResponse>;

/** A response that was serialised before, with its metadata; sent as it is. */
export class EncodedResponse {
  readonly encoded: GrpcResponse;
  constructor(encoded: GrpcResponse) {
    this.encoded = encoded;
  }
}

/** The methods of a service that are implemented; the others answer UNIMPLEMENTED. */
export type Handlers<Service> = { readonly [Name in keyof Service]?: HandlerOf<Service[Name]> };

/** A handler whose types were checked where it was given; the server calls it with what it has deserialised. */
export type AnyHandler = (input: unknown, call: Call) => unknown;

export interface Implementation {
  readonly service: ServiceDefinition;
  readonly handlers: Readonly<Record<string, AnyHandler>>;
}

/** Joins a service with its handlers, checked against each other. */
export function implement<Service extends ServiceDefinition>(
  service: Service,
  handlers: Handlers<Service>,
): Implementation {
  return { service, handlers: handlers as Readonly<Record<string, AnyHandler>> };
}
