import type { Health, Logger, Metrics } from '@ccd/service';
import { adminRoutes, errorFields, ListenError } from '@ccd/service';
import fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { toMediaType } from './media-type.ts';
import { internalError, methodNotAllowed, RegistryError, unknownPath } from './registry-error.ts';
import { registryPaths } from './registry-paths.ts';
import type { Answer, RegistryPath } from './registry-paths.ts';
import type { SchemaLookup } from './schema-lookup.ts';

export interface RegistryServerOptions {
  readonly lookup: SchemaLookup;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly maxConnections: number;
  readonly requestTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

export interface RegistryServer {
  /** Resolves with `http://host:port`. @throws ListenError */
  listen(address: { readonly host: string; readonly port: number }): Promise<string>;
  /** Takes no more connections and resolves when every request under way has its answer. */
  close(): Promise<void>;
}

/** The registry below `/confluent`, beside `/is-alive`, `/ready` and `/metrics`. */
export function createRegistryServer(options: RegistryServerOptions): RegistryServer {
  const { lookup, logger, idleTimeoutMs, ...sources } = options;
  const server = fastify({
    logger: false,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    requestTimeout: options.requestTimeoutMs,
    connectionTimeout: idleTimeoutMs,
    keepAliveTimeout: idleTimeoutMs,
    // A base URL with a slash at its end makes two of one.
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength: 1_000 },
    frameworkErrors: (error, request, reply) => {
      sendError(request, reply, toRegistryError(error, logger));
    },
  });
  server.server.maxConnections = options.maxConnections;
  server.setErrorHandler((error, request, reply) => {
    sendError(request, reply, toRegistryError(error, logger));
  });
  server.setNotFoundHandler((request, reply) => {
    sendError(request, reply, unknownPath());
  });
  // No answer depends on a body, so none is read, of whatever type.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, _body, done) => {
    done(null);
  });
  void server.register(adminRoutes(sources));
  for (const path of registryPaths(lookup)) addPath(server, path);

  return {
    listen: ({ host, port }) =>
      server.listen({ host, port }).catch((error: unknown) => {
        throw new ListenError(host, port, error);
      }),
    close: () => server.close(),
  };
}

const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'] as const;

interface Route {
  readonly Params: Readonly<Partial<Record<'id' | 'subject' | 'version', string>>>;
}

function addPath(server: FastifyInstance, { path, ...answers }: RegistryPath): void {
  const allowed = Object.keys(answers).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  for (const method of methods) {
    const answer: Answer | undefined = method === 'PATCH' ? undefined : answers[method];
    server.route<Route>({
      method,
      url: `/confluent${path}`,
      handler: async (request, reply) => {
        if (answer === undefined) {
          reply.header('allow', allowed.join(', '));
          throw methodNotAllowed();
        }
        const { id = '', subject = '', version = '' } = request.params;
        const [, query = ''] = request.url.split('?', 2);
        const body = await answer({ id, subject, version, query: new URLSearchParams(query) });
        return send(request, reply, 200, body);
      },
    });
  }
}

/** As bytes, since fastify adds a charset to JSON, which has none. */
function send(request: FastifyRequest, reply: FastifyReply, status: number, body: string): FastifyReply {
  return reply
    .code(status)
    .header('content-type', toMediaType(request.headers.accept))
    .send(Buffer.from(body));
}

function sendError(request: FastifyRequest, reply: FastifyReply, error: RegistryError): void {
  if (error.status === 503) reply.header('retry-after', '1');
  send(request, reply, error.status, error.toBody());
}

/** What the server itself refuses, such as a path that is badly escaped, has its status; anything else is a mistake of ours. */
function toRegistryError(error: unknown, logger: Logger): RegistryError {
  if (error instanceof RegistryError) return error;
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new RegistryError(status, status, 'The request is not understood');
  }
  logger.error({ error: errorFields(error) }, 'a request could not be answered');
  return internalError();
}
