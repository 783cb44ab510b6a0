import { InvalidFieldError } from '../convert/fields.ts';
import type { StatusName } from '../errors.ts';
import { ControlPlaneRefusedError, InvalidAnswerError } from '../errors.ts';
import type { GrpcCaller, Method } from '../transport/grpc-caller.ts';

/** A generated unary method. */
export interface UnaryMethod<Request, Response> extends Method<Request> {
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

/** Calls a method that changes nothing and converts what it answers. @throws what the caller throws, InvalidAnswerError */
export async function ask<Request, Response, Result>(
  caller: GrpcCaller,
  method: UnaryMethod<Request, Response>,
  request: Request,
  signal: AbortSignal,
  convert: (response: Response) => Result,
  metadata: Readonly<Record<string, string>> = {},
): Promise<Result> {
  const { message } = await caller.unary(method, request, { signal, idempotent: true, metadata });
  const response = decode(method, message);
  try {
    return convert(response);
  } catch (error) {
    if (error instanceof InvalidFieldError) throw new InvalidAnswerError(method.path, error.message);
    throw error;
  }
}

/**
 * What `found` resolves with, or undefined where the control plane knows no such thing: of a question that holds
 * nothing but a name, also where it says that nothing can have that name.
 */
export async function orUndefined<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof ControlPlaneRefusedError && noSuchThing.has(error.code)) return undefined;
    throw error;
  }
}

const noSuchThing: ReadonlySet<StatusName> = new Set(['NOT_FOUND', 'INVALID_ARGUMENT']);

function decode<Response>(method: UnaryMethod<never, Response>, message: Uint8Array): Response {
  try {
    return method.responseDeserialize(Buffer.from(message));
  } catch (error) {
    throw new InvalidAnswerError(method.path, 'it is not a protobuf message', { cause: error });
  }
}
