import fastify from 'fastify';
import type { FastifyPluginCallback } from 'fastify';
import type { Health, HealthReport } from './health.ts';
import { ListenError } from './listen-error.ts';
import type { Logger } from './logger.ts';
import type { MetricsText } from './metrics.ts';
import type { Component } from './start-service.ts';

export interface AdminSources {
  readonly health: Pick<Health, 'live' | 'ready'>;
  readonly metrics?: MetricsText;
}

export interface AdminAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export const adminPaths = ['/is-alive', '/ready', '/metrics'] as const;

/** Answers the admin paths on whatever HTTP server; undefined for any other path. */
export async function answerAdmin(
  path: string,
  { health, metrics }: AdminSources,
): Promise<AdminAnswer | undefined> {
  switch (path) {
    case '/is-alive':
      return healthAnswer(health.live(), 'alive');
    case '/ready':
      return healthAnswer(health.ready(), 'ready');
    case '/metrics':
      return metrics && { status: 200, contentType: metrics.contentType, body: await metrics.text() };
    default:
      return undefined;
  }
}

const healthAnswer = ({ ok, reasons }: HealthReport, good: string): AdminAnswer => ({
  status: ok ? 200 : 503,
  contentType: 'application/json; charset=utf-8',
  body: JSON.stringify(ok ? { status: good } : { status: `not ${good}`, reasons }),
});

/** The admin paths as a fastify plugin, for a service that serves them on its own port. */
export function adminRoutes(sources: AdminSources): FastifyPluginCallback {
  return (server, _options, done) => {
    for (const path of adminPaths) {
      server.get(path, async (_request, reply) => {
        const answer = await answerAdmin(path, sources);
        if (!answer) return reply.code(404).send();
        return reply.code(answer.status).type(answer.contentType).send(answer.body);
      });
    }
    done();
  };
}

export interface AdminServerOptions extends AdminSources {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly logger: Logger;
}

export interface AdminServer extends Component {
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** `http://host:port` once started. */
  url(): string;
}

/** Health and metrics on a port of their own. Put it first among the components: it starts first and stops last. */
export function createAdminServer({ host, port, logger, ...sources }: AdminServerOptions): AdminServer {
  const server = fastify({ logger: false, forceCloseConnections: true });
  void server.register(adminRoutes(sources));
  let url = '';
  return {
    name: 'admin-server',
    url: () => url,
    async start() {
      url = await server.listen({ host, port }).catch((error: unknown) => {
        throw new ListenError(host, port, error);
      });
      logger.info({ url }, 'health and metrics are served');
    },
    async stop() {
      await server.close();
    },
  };
}
