import { status } from '@grpc/grpc-js';

/** Name of a gRPC status code, as people look it up. */
export type StatusName = keyof typeof status;

/** Nobody answered, or nobody could: nothing is known about what was asked. A later attempt may help. */
export class ControlPlaneUnavailableError extends Error {
  override readonly name = 'ControlPlaneUnavailableError';
  /** What was asked: the gRPC method, or `token`. */
  readonly operation: string;
  readonly code: StatusName;

  constructor(operation: string, code: StatusName, details: string, options?: ErrorOptions) {
    super(`${operation}: ${code}${details === '' ? '' : `: ${details}`}`, options);
    this.operation = operation;
    this.code = code;
  }
}

/** The control plane understood and said no. An answer that is refused is never an empty one. */
export class ControlPlaneRefusedError extends Error {
  override readonly name = 'ControlPlaneRefusedError';
  readonly operation: string;
  readonly code: StatusName;

  constructor(operation: string, code: StatusName, details: string, options?: ErrorOptions) {
    super(`${operation}: ${code}${details === '' ? '' : `: ${details}`}`, options);
    this.operation = operation;
    this.code = code;
  }
}

/** There is an answer, and it cannot be trusted or understood. Nothing may be concluded from any part of it. */
export class InvalidAnswerError extends Error {
  override readonly name = 'InvalidAnswerError';
  readonly operation: string;
  /** What is wrong; never a value of the answer. */
  readonly reason: string;

  constructor(operation: string, reason: string, options?: ErrorOptions) {
    super(`${operation}: the answer is not usable: ${reason}`, options);
    this.operation = operation;
    this.reason = reason;
  }
}

/** Options that `connectControlPlane` cannot use; names them without their values. */
export class InvalidOptionsError extends Error {
  override readonly name = 'InvalidOptionsError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the connection to the control plane is not well configured: ${problems.join('; ')}`);
    this.problems = problems;
  }
}

/** How a call ended, before anybody decides what that means. */
export class CallStatusError extends Error {
  override readonly name = 'CallStatusError';
  readonly code: status;
  readonly details: string;

  constructor(code: status, details: string, options?: ErrorOptions) {
    super(`${statusName(code)}: ${details}`, options);
    this.code = code;
    this.details = details;
  }
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

export function statusName(code: status): StatusName {
  return isStatusName(status[code]) ? status[code] : 'UNKNOWN';
}

function isStatusName(name: string | undefined): name is StatusName {
  return name !== undefined && name in status;
}

/** Which of the two kinds of failure a status is. RESOURCE_EXHAUSTED counts as a refusal: no retry makes room. */
export function toControlPlaneError(
  operation: string,
  { code, details }: CallStatusError,
): ControlPlaneUnavailableError | ControlPlaneRefusedError {
  const name = statusName(code);
  const text = toPlainDetails(details);
  return refusals.has(code)
    ? new ControlPlaneRefusedError(operation, name, text)
    : new ControlPlaneUnavailableError(operation, name, text);
}

const refusals: ReadonlySet<status> = new Set([
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.ALREADY_EXISTS,
  status.PERMISSION_DENIED,
  status.RESOURCE_EXHAUSTED,
  status.FAILED_PRECONDITION,
  status.OUT_OF_RANGE,
  status.UNIMPLEMENTED,
  status.UNAUTHENTICATED,
]);

/**
 * A peer's own words, fit for our logs: one line, at most 200 characters, and without anything that looks like a
 * credential, because a peer may send back what it was sent.
 */
export function toPlainDetails(details: string): string {
  const text = details
    .slice(0, 2_000)
    .replaceAll(/[\p{C}\p{Z}]+/gu, ' ')
    .replaceAll(/[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, '…')
    .replaceAll(/(bearer|basic)\s+\S+/gi, '$1 …')
    .replaceAll(/[A-Za-z0-9+/_=-]{32,}/g, (long) => (isUuid(long) ? long : '…'))
    .trim();
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}
