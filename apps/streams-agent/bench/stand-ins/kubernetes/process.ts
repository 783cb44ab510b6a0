/**
 * What stands in for an API server, so that the agent's own part of a creation can be told from that of etcd. It answers over a
 * channel: first with its port, then to each message with how many writes there were, Leases aside.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Objects } from './objects.ts';
import type { Outcome } from './objects.ts';

let version = 1;
let writes = 0;
const kinds = new Map<string, Objects>();

function objectsOf(collection: string): Objects {
  const known = kinds.get(collection);
  if (known) return known;
  const made = new Objects(() => (version += 1));
  kinds.set(collection, made);
  return made;
}

function list(response: ServerResponse, objects: Objects, query: URLSearchParams, bare: boolean): void {
  const from = Number(query.get('continue') ?? 0);
  const limit = Number(query.get('limit') ?? 500);
  const { page, more } = objects.list(query.get('labelSelector') ?? undefined, from, limit);
  const metadata = { resourceVersion: String(version), ...(more && { continue: String(from + limit) }) };
  const items = page.map((each) => (bare ? each.bare : each.whole)).join(',');
  response.end(`{"kind":"List","metadata":${JSON.stringify(metadata)},"items":[${items}]}\n`);
}

function watch(response: ServerResponse, objects: Objects, query: URLSearchParams): void {
  response.flushHeaders();
  const stop = objects.watch(query.get('labelSelector') ?? undefined, (type, { bare }) => {
    response.write(`{"type":"${type}","object":${bare}}\n`);
  });
  response.on('close', stop);
}

function answer(response: ServerResponse, outcome: Outcome): void {
  response.statusCode = outcome.code;
  response.end(
    'body' in outcome
      ? outcome.body
      : JSON.stringify({ kind: 'Status', ...outcome, message: outcome.reason }),
  );
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://stand-in');
  const [, collection = '', name = ''] =
    /^\/apis?\/(.+\/namespaces\/[^/]+\/[^/]+)(?:\/([^/]+))?$/.exec(pathname) ?? [];
  const objects = objectsOf(collection);
  const body = await text(request);
  response.setHeader('content-type', 'application/json');
  if (request.method !== 'GET' && !collection.endsWith('/leases')) writes += 1;
  switch (request.method) {
    case 'GET':
      if (searchParams.get('watch') === 'true') watch(response, objects, searchParams);
      else if (name === '')
        list(response, objects, searchParams, request.headers.accept?.includes('as=Partial') === true);
      else answer(response, objects.get(name));
      break;
    case 'POST':
      answer(response, objects.create(body));
      break;
    case 'PUT':
      answer(response, objects.replace(body));
      break;
    case 'DELETE':
      answer(response, objects.remove(name));
      break;
    default:
      // An agent that only creates applies nothing.
      response.writeHead(405).end();
  }
}

const server = createServer((request, response) => void serve(request, response));
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('message', () => process.send?.({ writes }));
process.on('disconnect', () => process.exit(0));
