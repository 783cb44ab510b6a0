import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { errorCode } from '../error-fields.ts';
import type { ReceivedMessage } from './grpc-messages.ts';
import { GrpcError, grpcStatus } from './grpc-status.ts';

/** The value of `grpc-accept-encoding`. */
export const acceptedEncodings = 'identity,deflate,gzip';

const decompressors = { gzip: promisify(gunzip), deflate: promisify(inflate) } as const;

/**
 * The bytes of a message as they were before they were compressed by the call's `grpc-encoding`.
 * @throws GrpcError UNIMPLEMENTED for an encoding that is not accepted, RESOURCE_EXHAUSTED for more than `maxBytes`,
 * INTERNAL for anything else that is wrong
 */
export async function decompress(
  { bytes }: ReceivedMessage,
  encoding: string,
  maxBytes: number,
): Promise<Buffer> {
  if (encoding === 'identity') {
    throw new GrpcError(grpcStatus.INTERNAL, 'A message is compressed, and grpc-encoding does not say how');
  }
  if (encoding !== 'gzip' && encoding !== 'deflate') {
    throw new GrpcError(
      grpcStatus.UNIMPLEMENTED,
      `Messages are accepted in the encodings ${acceptedEncodings}`,
    );
  }
  try {
    return await decompressors[encoding](bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if (errorCode(error) !== 'ERR_BUFFER_TOO_LARGE') {
      throw new GrpcError(grpcStatus.INTERNAL, 'A message could not be decompressed', { cause: error });
    }
    throw new GrpcError(
      grpcStatus.RESOURCE_EXHAUSTED,
      `Received a message of more than the ${maxBytes} bytes that are accepted, once decompressed`,
    );
  }
}
