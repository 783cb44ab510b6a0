import {
  AccessDeniedError,
  EndpointRefusedError,
  InvalidLocationError,
  ObjectExistsError,
  ObjectKeyError,
  ObjectNotFoundError,
  StorageUnavailableError,
} from '../errors.ts';

/** What a client library says of a failed request, as far as it may be passed on: texts and headers may hold credentials. */
export interface ServiceAnswer {
  /** Status of HTTP; undefined where no answer came. */
  readonly status?: number;
  /** The service's or the system's own word, as `SlowDown` or `ECONNRESET`. */
  readonly code?: string;
}

const ofPort = [
  AccessDeniedError,
  EndpointRefusedError,
  InvalidLocationError,
  ObjectExistsError,
  ObjectKeyError,
  ObjectNotFoundError,
  StorageUnavailableError,
];

export const isOfPort = (error: unknown): boolean => ofPort.some((type) => error instanceof type);

/** What a person has to mend though the status does not say so. */
const refusals = new Set(['NoSuchBucket', 'ContainerNotFound', 'BlobImmutableDueToPolicy']);

/** Says in the words of the port what a service answered. The library's error is left out: it may quote what was sent. */
export function toPortError(key: string, { status, code }: ServiceAnswer): Error {
  const why = [
    status === undefined ? 'no answer came' : `it answered ${status}`,
    ...(code !== undefined && /^[A-Za-z][\w.-]{0,63}$/.test(code) ? [`(${code})`] : []),
  ].join(' ');
  const isRefusal = status === 401 || status === 403 || refusals.has(code ?? '');
  return isRefusal ? new AccessDeniedError(key, why) : new StorageUnavailableError(key, why);
}

/** The first error of our own in a chain of causes: libraries wrap what their agents throw. */
export function ownErrorIn(error: unknown): Error | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (isOfPort(at)) return at;
  return undefined;
}
