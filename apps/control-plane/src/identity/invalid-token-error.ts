/** A token that proves nothing. The message is for its sender and holds no part of it. */
export class InvalidTokenError extends Error {
  override readonly name = 'InvalidTokenError';

  constructor(reason: string, options?: ErrorOptions) {
    super(`The token is not valid: ${reason}`, options);
  }
}
