/** What befalls one request on its way to an API server, or its answer on the way back. */
export type ApiFault =
  /** The proxy answers with a refusal; the server hears nothing of it. */
  | { readonly kind: 'refuse'; readonly code: number; readonly retryAfterSeconds?: number }
  /** The connection is reset. With `done` the server has carried the request out, and half of its answer arrives. */
  | { readonly kind: 'reset'; readonly done: boolean }
  /** Nothing is ever answered. With `done` the server has carried the request out. */
  | { readonly kind: 'hang'; readonly done: boolean }
  /** Of a list: the answer of so many lists ago, word for word, where there was one; of infinitely many, the oldest. */
  | { readonly kind: 'stale'; readonly back: number }
  /** Of a watch: it is begun, and expires at once. */
  | { readonly kind: 'expire' }
  /** Of a watch: it is begun, and says nothing. */
  | { readonly kind: 'silence' };

/** The body of a refusal, as an API server words it. */
export const toStatus = (code: number): object => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'a fault of the test',
  reason: reasons[code] ?? 'InternalError',
  code,
});

const reasons: Readonly<Record<number, string>> = {
  409: 'Conflict',
  410: 'Expired',
  429: 'TooManyRequests',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};
