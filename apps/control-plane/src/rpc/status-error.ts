import { GrpcError, grpcStatus as status } from '@ccd/service';

/** An answer other than success. The message is shown to people as it is. */
export class StatusError extends GrpcError {
  override readonly name = 'StatusError';
}

export const invalidArgument = (message: string, options?: ErrorOptions): StatusError =>
  new StatusError(status.INVALID_ARGUMENT, message, options);

export const notFound = (kind: string, name: string): StatusError =>
  new StatusError(status.NOT_FOUND, `${kind} '${name}' does not exist`);

export const alreadyExists = (kind: string, name: string): StatusError =>
  new StatusError(status.ALREADY_EXISTS, `${kind} '${name}' exists already`);

export const failedPrecondition = (message: string): StatusError =>
  new StatusError(status.FAILED_PRECONDITION, message);

export const permissionDenied = (message: string): StatusError =>
  new StatusError(status.PERMISSION_DENIED, message);

export const unauthenticated = (message: string): StatusError =>
  new StatusError(status.UNAUTHENTICATED, message);

export const aborted = (message: string): StatusError => new StatusError(status.ABORTED, message);
