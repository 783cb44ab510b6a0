/** The status codes of gRPC (grpc/doc/statuscodes.md). */
export const grpcStatus = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

export type GrpcStatusCode = (typeof grpcStatus)[keyof typeof grpcStatus];

/** How a call ends, as its caller is told. */
export interface GrpcStatus {
  readonly code: GrpcStatusCode;
  /** For people; they see it as it is. */
  readonly message: string;
}

/** An end other than success, with a message that the caller may read. */
export class GrpcError extends Error implements GrpcStatus {
  override readonly name: string = 'GrpcError';
  readonly code: GrpcStatusCode;

  constructor(code: GrpcStatusCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A message as the header `grpc-message` carries it: percent-encoded UTF-8 (PROTOCOL-HTTP2, "Responses"). */
export function encodeGrpcMessage(message: string): string {
  return message.toWellFormed().replace(/[^\u0020-\u0024\u0026-\u007e]+/g, encodeURIComponent);
}
