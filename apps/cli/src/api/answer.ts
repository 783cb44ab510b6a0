import type { JsonValue } from '@bufbuild/protobuf';
import { messageToJson, protocolRegistry } from '@ccd/protocol';

/** What the server said: as a value to work with, and as protobuf JSON to show. */
export interface Answer<Message> {
  readonly value: Message;
  json(): JsonValue;
}

/** How the generated services describe a method. */
export interface Method<Request, Response> {
  /** `/package.Service/Method` */
  readonly path: string;
  readonly requestSerialize: (request: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

export function toAnswer<Response>(method: Method<never, Response>, bytes: Buffer): Answer<Response> {
  return {
    value: method.responseDeserialize(bytes),
    json: () => messageToJson(responseType(method.path), bytes),
  };
}

function responseType(path: string): string {
  const [, service = '', name = ''] = path.split('/');
  const methods = protocolRegistry().getService(service)?.methods ?? [];
  const method = methods.find((candidate) => candidate.name === name);
  if (method === undefined) throw new Error(`the protocol has no method ${path}`);
  return method.output.typeName;
}
