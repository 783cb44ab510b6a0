import type { GrpcMetadata } from './grpc-metadata.ts';
import type { GrpcResponse } from './grpc-response.ts';

/** A call as a method sees it. */
export interface GrpcCall {
  readonly metadata: GrpcMetadata;
  /** Aborts when the caller goes away or its time is over. */
  readonly signal: AbortSignal;
  /** Tells the caller that the call is accepted, ahead of the first response. */
  accept(): void;
}

/** Answers one message with one message. */
export interface UnaryMethod {
  readonly kind: 'unary';
  /** @throws GrpcError for what the caller is to be told */
  respond(request: Buffer, call: GrpcCall): Promise<GrpcResponse>;
}

/** Has a stream of messages on either side, or on both. */
export interface StreamingMethod {
  readonly kind: 'streaming';
  /** @throws GrpcError for what the caller is to be told */
  respond(requests: AsyncIterable<Buffer>, call: GrpcCall): AsyncIterable<Uint8Array>;
}

export type GrpcMethod = UnaryMethod | StreamingMethod;

/** Methods by path, `/<package>.<Service>/<Method>`. */
export type GrpcMethods = ReadonlyMap<string, GrpcMethod>;
