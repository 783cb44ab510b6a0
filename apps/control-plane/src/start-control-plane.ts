import type { Clock } from '@ccd/reconcile';
import type { Component, Logger, RunningService } from '@ccd/service';
import { createDualProtocolServer, errorFields, startService } from '@ccd/service';
import type { Bootstrap } from './bootstrap/first-start.ts';
import { prepareFirstStart } from './bootstrap/first-start.ts';
import type { ControlPlaneConfig } from './config.ts';
import { migrate } from './database/migrate.ts';
import { migrations } from './database/migrations.ts';
import { createDesiredStates } from './desired-state/desired-states.ts';
import type { Identity } from './identity/create-identity.ts';
import { createIdentity } from './identity/create-identity.ts';
import { openDatabase } from './open-database.ts';
import { readCertificate } from './read-certificate.ts';
import { reflectionMethods } from './reflection/reflection-service.ts';
import { createAuthenticate } from './registry/authenticate.ts';
import { createClientRegistry } from './registry/client-registry.ts';
import { createSigningKeyStore } from './registry/signing-key-store.ts';
import { createRpcServer } from './rpc/rpc-server.ts';
import { validateRequest } from './rpc/validate-request.ts';
import { checkSecretsKey } from './secrets/check-secrets-key.ts';
import { createSecretBox } from './secrets/secret-box.ts';
import { createServices } from './services.ts';

export interface RunningControlPlane extends RunningService {
  readonly grpcPort: number;
  readonly grpcTlsPort?: number;
  readonly authPort: number;
  /** Base URL of the token endpoints, as tokens name it. */
  readonly authUrl: string;
  /** What the first start made; absent on every later one. */
  readonly bootstrap?: Bootstrap;
}

const shutDownGraceMs = 3_000;

/** Starts the control plane: database, token endpoints, gRPC API. */
export async function startControlPlane(
  config: ControlPlaneConfig,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Promise<RunningControlPlane> {
  const { database, secretsKey } = await openDatabase(config, { clock, logger });
  const secrets = createSecretBox(secretsKey);
  const context = { database, secrets, clock, desired: createDesiredStates(database) };
  const parts: {
    bootstrap?: Bootstrap;
    grpcPort: number;
    grpcTlsPort?: number;
    authPort: number;
    authUrl: string;
  } = {
    grpcPort: 0,
    authPort: 0,
    authUrl: '',
  };

  const databasePart: Component = {
    name: 'database',
    async start() {
      await migrate(database, migrations);
      await checkSecretsKey(database, secrets);
      const bootstrap = await prepareFirstStart(context, {
        organizationName: config.ORGANIZATION_NAME,
        organizationHandle: config.ORGANIZATION_HANDLE,
        adminEmail: config.ADMIN_EMAIL,
      });
      if (bootstrap !== undefined) parts.bootstrap = bootstrap;
    },
    stop: () => database.close(),
  };

  // The issuer of tokens is where clients reach us, which is known once we listen.
  const { promise: identityMade, resolve: haveIdentity } = Promise.withResolvers<Identity>();
  const identityPart = createIdentityPart();
  const stopping = new AbortController();
  const server = createRpcServer({
    implementations: createServices(context, config),
    ...(config.GRPC_REFLECTION ? { others: reflectionMethods() } : {}),
    authenticate: createAuthenticate(database, {
      verify: async (token) => (await identityMade).verifier.verify(token),
    }),
    validate: validateRequest,
    stopping: stopping.signal,
    logger,
  });
  const apiPart: Component = {
    name: 'grpc-api',
    async start() {
      parts.grpcPort = await server.listen({ host: config.HOST, port: config.GRPC_PORT });
      if (config.GRPC_TLS_PORT !== undefined) {
        const certificate = readCertificate(config, 'GRPC_TLS_PORT');
        parts.grpcTlsPort = await server.listen({
          host: config.HOST,
          port: config.GRPC_TLS_PORT,
          certificate,
        });
      }
      logger.info({ host: config.HOST, port: parts.grpcPort }, 'the gRPC API is served');
    },
    stop: () => {
      stopping.abort();
      return server.close(shutDownGraceMs);
    },
  };

  function createIdentityPart(): Component {
    const http = createDualProtocolServer(
      {
        requestListener: (request, response) => {
          void identityMade.then(({ requestListener }) => {
            requestListener(request, response);
          });
        },
      },
      config.AUTH_TLS ? { tls: readCertificate(config, 'AUTH_TLS') } : {},
    );
    let identity: Identity | undefined;
    return {
      name: 'identity',
      async start() {
        parts.authPort = await http.listen({ host: config.HOST, port: config.AUTH_PORT });
        const scheme = config.AUTH_TLS ? 'https' : 'http';
        parts.authUrl = config.AUTH_URL ?? `${scheme}://${config.HOST}:${parts.authPort}`;
        identity = createIdentity({
          issuerBase: parts.authUrl,
          clients: createClientRegistry(database, secrets),
          keys: createSigningKeyStore(database, secrets),
          clock,
          onError: (error) => {
            logger.error({ error: errorFields(error) }, 'the token endpoints failed');
          },
        });
        await identity.start();
        haveIdentity(identity);
        logger.info({ url: parts.authUrl }, 'tokens are issued');
      },
      async stop() {
        await http.close(shutDownGraceMs);
        await identity?.stop();
      },
    };
  }

  const service = await startService({
    name: 'control-plane',
    logger,
    components: [databasePart, identityPart, apiPart],
  });
  return { ...service, ...parts };
}
