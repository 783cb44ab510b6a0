import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { createFakeClock } from '@ccd/reconcile/testing';
import { createSilentLogger } from '@ccd/service';
import { prepareFirstStart } from '../bootstrap/first-start.ts';
import type { Database } from '../database/database.ts';
import { migrate } from '../database/migrate.ts';
import { migrations } from '../database/migrations.ts';
import { openPgliteDatabase } from '../database/pglite-database.ts';
import { createDesiredStates } from '../desired-state/desired-states.ts';
import { newEpoch } from '../desired-state/revision.ts';
import type { Principal } from '../principals.ts';
import { createRpcServer } from '../rpc/rpc-server.ts';
import { unauthenticated } from '../rpc/status-error.ts';
import { validateRequest } from '../rpc/validate-request.ts';
import { createSecretBox } from '../secrets/secret-box.ts';
import { createServices } from '../services.ts';

interface Method<Request, Response> {
  readonly path: string;
  readonly requestSerialize: (request: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

export interface Answer<Response> {
  readonly response: Response;
  readonly metadata: Metadata;
}

/** Callers: of the first organisation, and of another one on the same control plane. */
export type Caller =
  'admin' | 'member' | 'outsider' | 'installation' | 'otherAdmin' | 'otherInstallation' | 'stream' | 'nobody';

export const images = {
  DECRYPTER_IMAGE: 'registry:5000/decrypter:1.2.3',
  BATCH_EXPORTER_IMAGE: 'exporter:1.2.3',
  BATCH_JOB_IMAGE: 'job',
  KAFKA_EXPORTER_IMAGE: 'kafka:1',
} as const;

/** The services behind a real gRPC server on a database of their own; callers are who they say they are. */
export async function startServiceRig(folder: string) {
  const clock = createFakeClock();
  const database = await openPgliteDatabase(join(folder, 'database'));
  await migrate(database, migrations);
  const secrets = createSecretBox(Buffer.alloc(32, 7));
  const context = { database, secrets, clock, desired: createDesiredStates(database) };
  const bootstrap = await prepareFirstStart(context, {
    organizationName: 'Acme',
    organizationHandle: 'acme',
    adminEmail: 'admin@acme.example',
  });
  if (bootstrap === undefined) throw new Error('the database is not empty');
  const organizationId = bootstrap.organization.id;
  const userIdOf = async (email: string) => {
    const [row] = await database.query('SELECT id FROM users WHERE email = $1', [email]);
    return String(row?.['id']);
  };
  const insertUser = async (organization: string, email: string, roles: readonly string[]) => {
    const id = randomUUID();
    await database.query(
      `INSERT INTO users (id, organization_id, email, first_name, last_name, roles) VALUES ($1, $2, $3, 'A', 'B', $4)`,
      [id, organization, email, roles],
    );
    return id;
  };
  const memberId = await insertUser(organizationId, 'member@acme.example', ['MEMBER']);
  const outsiderId = await insertUser(organizationId, 'outsider@acme.example', ['MEMBER']);
  await database.query('INSERT INTO project_members (project_id, user_id) VALUES ($1, $2)', [
    bootstrap.project.id,
    memberId,
  ]);
  const other = await insertOrganization(database, insertUser);

  const user = (
    userId: string,
    email: string,
    of: string,
    roles: readonly ('ADMIN' | 'MEMBER')[],
  ): Principal => ({
    realm: 'users',
    userId,
    email,
    organizationId: of,
    roles,
  });
  const principals: Readonly<Record<Exclude<Caller, 'nobody'>, Principal>> = {
    admin: user(await userIdOf('admin@acme.example'), 'admin@acme.example', organizationId, [
      'ADMIN',
      'MEMBER',
    ]),
    member: user(memberId, 'member@acme.example', organizationId, ['MEMBER']),
    outsider: user(outsiderId, 'outsider@acme.example', organizationId, ['MEMBER']),
    installation: { realm: 'installations', installationId: bootstrap.installation.id, organizationId },
    otherAdmin: user(other.userId, 'admin@other.example', other.organizationId, ['ADMIN', 'MEMBER']),
    otherInstallation: {
      realm: 'installations',
      installationId: other.installationId,
      organizationId: other.organizationId,
    },
    stream: { realm: 'streams', clientId: 'stream-1' },
  };
  const isCaller = (name: string): name is keyof typeof principals => Object.hasOwn(principals, name);

  const stopping = new AbortController();
  const server = createRpcServer({
    implementations: createServices(context, images),
    authenticate: async (metadata) => {
      const name = String(metadata.get('caller')[0] ?? '');
      if (!isCaller(name)) throw unauthenticated('nobody');
      return principals[name];
    },
    validate: validateRequest,
    stopping: stopping.signal,
    logger: createSilentLogger(),
  });
  const port = await server.listen({ host: '127.0.0.1', port: 0 });
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const headersOf = (caller: Caller): Metadata => {
    const headers = new Metadata();
    if (caller !== 'nobody') headers.set('caller', caller);
    return headers;
  };

  function ask<Request, Response>(
    method: Method<Request, Response>,
    request: NoInfer<Request>,
    caller: Caller = 'admin',
    beside: Readonly<Record<string, string>> = {},
  ): Promise<Answer<Response>> {
    const headers = headersOf(caller);
    for (const [key, value] of Object.entries(beside)) headers.set(key, value);
    return new Promise((resolve, reject) => {
      let metadata = new Metadata();
      client
        .makeUnaryRequest(
          method.path,
          method.requestSerialize,
          method.responseDeserialize,
          request,
          headers,
          (error, response) => {
            if (error !== null) reject(error);
            else if (response !== undefined) resolve({ response, metadata });
          },
        )
        .on('metadata', (received) => {
          metadata = received;
        });
    });
  }

  return {
    clock,
    bootstrap,
    projectId: bootstrap.project.id,
    other,
    ask,
    call: async <Request, Response>(
      method: Method<Request, Response>,
      request: NoInfer<Request>,
      caller?: Caller,
    ): Promise<Response> => (await ask(method, request, caller)).response,
    /** A call with a stream of answers. */
    follow: <Request, Response>(
      method: Method<Request, Response>,
      request: NoInfer<Request>,
      caller: Caller = 'admin',
    ) =>
      client.makeServerStreamRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        headersOf(caller),
      ),
    /** A call with a stream of requests. */
    send: <Request, Response>(
      method: Method<Request, Response>,
      requests: readonly NoInfer<Request>[],
      caller: Caller = 'installation',
    ): Promise<Response> =>
      new Promise((resolve, reject) => {
        const call = client.makeClientStreamRequest(
          method.path,
          method.requestSerialize,
          method.responseDeserialize,
          headersOf(caller),
          (error, response) => {
            if (error !== null) reject(error);
            else if (response !== undefined) resolve(response);
          },
        );
        for (const request of requests) call.write(request);
        call.end();
      }),
    /** What the server tells its streams before it stops. */
    endStreams: () => {
      stopping.abort();
    },
    async stop() {
      client.close();
      await server.close(0);
      await database.close();
    },
  };
}

export type ServiceRig = Awaited<ReturnType<typeof startServiceRig>>;

async function insertOrganization(
  database: Database,
  insertUser: (organization: string, email: string, roles: readonly string[]) => Promise<string>,
) {
  const [organizationId, installationId, projectId] = [randomUUID(), randomUUID(), randomUUID()];
  await database.query(
    `INSERT INTO organizations (id, name, handle, created_at) VALUES ($1, 'Other', 'other', now())`,
    [organizationId],
  );
  const userId = await insertUser(organizationId, 'admin@other.example', ['ADMIN', 'MEMBER']);
  await database.query(
    `INSERT INTO installations (id, organization_id, type, epoch) VALUES ($1, $2, 'SELF_HOSTED', $3)`,
    [installationId, organizationId, newEpoch()],
  );
  await database.query(
    `INSERT INTO projects (id, organization_id, installation_id, name, description, state, created_at)
     VALUES ($1, $2, $3, 'theirs', '', 'OPERATIONAL', now())`,
    [projectId, organizationId, installationId],
  );
  return { organizationId, installationId, projectId, userId };
}
