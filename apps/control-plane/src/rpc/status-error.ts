import { status } from '@grpc/grpc-js';

/** An answer other than success. The message is shown to people as it is. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: status;

  constructor(code: status, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
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
