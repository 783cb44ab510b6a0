import { protocolRegistry } from '@ccd/protocol';
import { assertValid } from '../validation/check-message.ts';
import { RuleViolationError } from '../validation/violation.ts';
import { invalidArgument } from './status-error.ts';

/**
 * Checks the request of a method against the rules of the protocol.
 * @param path `/<service>/<method>`
 * @throws StatusError INVALID_ARGUMENT that names every field that is wrong
 */
export function validateRequest(path: string, request: unknown): void {
  if (typeof request !== 'object' || request === null) throw new TypeError('a request is a message');
  try {
    assertValid(requestTypeOf(path), request);
  } catch (error) {
    if (!(error instanceof RuleViolationError)) throw error;
    throw invalidArgument(error.message, { cause: error });
  }
}

const requestTypes = new Map<string, string>();

function requestTypeOf(path: string): string {
  const known = requestTypes.get(path);
  if (known !== undefined) return known;
  const [, service = '', name = ''] = path.split('/');
  const method = protocolRegistry()
    .getService(service)
    ?.methods.find((each) => each.name === name);
  if (method === undefined) throw new TypeError(`${path} is a method of the protocol`);
  requestTypes.set(path, method.input.typeName);
  return method.input.typeName;
}
