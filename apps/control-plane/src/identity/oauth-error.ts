/** The error codes of RFC 6749 5.2, the two of 4.1.2.1 for our own trouble, and one for too many attempts. */
export type OauthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unsupported_grant_type'
  | 'slow_down'
  | 'temporarily_unavailable';

const statuses: Readonly<Record<OauthErrorCode, number>> = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  unsupported_grant_type: 400,
  slow_down: 429,
  temporarily_unavailable: 503,
};

/** What a token endpoint says no with. The message is for the sender and repeats nothing that was sent. */
export class OauthError extends Error {
  override readonly name = 'OauthError';
  readonly code: OauthErrorCode;
  readonly status: number;
  /** Seconds after which another try makes sense, where that is known. */
  readonly retryAfter: number | undefined;

  constructor(
    code: OauthErrorCode,
    message: string,
    { retryAfter, ...options }: ErrorOptions & { readonly retryAfter?: number } = {},
  ) {
    super(message, options);
    this.code = code;
    this.status = statuses[code];
    this.retryAfter = retryAfter;
  }
}
