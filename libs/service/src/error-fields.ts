/** What is logged of an error: never its other properties, which may hold requests, headers or rows. */
export interface ErrorFields {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: ErrorFields;
  readonly errors?: readonly ErrorFields[];
}

const deepest = 8;
const widest = 10;

/** Name, message, code, stack and the chain of causes of whatever was thrown. */
export const errorFields = (error: unknown): ErrorFields => fieldsOf(error, 0);

function fieldsOf(error: unknown, depth: number): ErrorFields {
  if (!isErrorLike(error)) {
    return { name: 'NonError', message: typeof error === 'string' ? error : `thrown: ${typeof error}` };
  }
  const code = errorCode(error);
  const nested = depth < deepest && Array.isArray(error.errors) ? error.errors.slice(0, widest) : [];
  return {
    name: error.name,
    message: plainMessage(error),
    ...(code === undefined ? {} : { code }),
    ...(typeof error.stack === 'string' ? { stack: frames(error.stack) } : {}),
    ...(error.cause === undefined || depth >= deepest ? {} : { cause: fieldsOf(error.cause, depth + 1) }),
    ...(nested.length === 0 ? {} : { errors: nested.map((each: unknown) => fieldsOf(each, depth + 1)) }),
  };
}

interface ErrorLike {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/** By shape, so that errors of another realm (a worker's, a test's) count too. */
const isErrorLike = (error: unknown): error is ErrorLike =>
  typeof error === 'object' &&
  error !== null &&
  'name' in error &&
  'message' in error &&
  typeof error.name === 'string' &&
  typeof error.message === 'string';

/** V8's words for text that is not JSON quote the text, which may hold anything. */
const plainMessage = ({ name, message }: ErrorLike): string =>
  name === 'SyntaxError' && message.includes('JSON') ? 'a text is not JSON' : message;

/** The frames alone: name and message stand in fields of their own. */
const frames = (stack: string): string =>
  stack
    .split('\n')
    .filter((each) => /^\s+at /.test(each))
    .map((each) => each.trim())
    .join('\n');

/** The `code` that Node, gRPC and most clients put on their errors. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  const { code } = error;
  return typeof code === 'string' || typeof code === 'number' ? String(code) : undefined;
}
