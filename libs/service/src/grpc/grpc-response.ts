import { constants } from 'node:http2';
import { acceptedEncodings } from './grpc-compression.ts';
import { frameMessage } from './grpc-messages.ts';
import type { GrpcStatus } from './grpc-status.ts';
import { encodeGrpcMessage, grpcStatus } from './grpc-status.ts';

/** A response that is ready to be sent, as often as it is asked for. */
export interface GrpcResponse {
  /** Names and values in turn. */
  readonly headers: readonly string[];
  /** The message with its prefix. */
  readonly frame: Buffer;
}

/** `Content-Type` has the subtype that other servers send. Never `Date`: it would be another header every second. */
const contentType = [constants.HTTP2_HEADER_CONTENT_TYPE, 'application/grpc+proto'] as const;
const accepted = [constants.HTTP2_HEADER_STATUS, '200', ...contentType] as const;

/** Headers with which a response begins that has no metadata. */
export const plainHeaders: readonly string[] = [...accepted, 'grpc-accept-encoding', acceptedEncodings];

/** @param metadata by lower-case name; texts of printable ASCII */
export function toGrpcResponse(
  message: Uint8Array,
  metadata: Readonly<Record<string, string>> = {},
): GrpcResponse {
  return { headers: [...plainHeaders, ...Object.entries(metadata).flat()], frame: frameMessage(message) };
}

/** What ends a call whose headers have been sent. */
export function toTrailers({ code, message }: GrpcStatus): Readonly<Record<string, string>> {
  return code === grpcStatus.OK
    ? successTrailers
    : { 'grpc-status': code.toString(), 'grpc-message': encodeGrpcMessage(message) };
}

const successTrailers = { 'grpc-status': grpcStatus.OK.toString() } as const;

/** Headers and trailers in one, where there is nothing else to send. */
export function toTrailersOnly(status: GrpcStatus): readonly string[] {
  return [...plainHeaders, ...Object.entries(toTrailers(status)).flat()];
}
