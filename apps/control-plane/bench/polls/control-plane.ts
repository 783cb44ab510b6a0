import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { agents, entities } from '@ccd/protocol';
import { systemClock } from '@ccd/reconcile';
import { createSilentLogger } from '@ccd/service';
import type { Database } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { migrations } from '../../src/database/migrations.ts';
import { openPgliteDatabase } from '../../src/database/pglite-database.ts';
import { createDesiredStates } from '../../src/desired-state/desired-states.ts';
import { createIdentity } from '../../src/identity/create-identity.ts';
import { accessKeys, refreshKeys } from '../../src/identity/key-kinds.ts';
import { createKeyRing } from '../../src/identity/key-ring.ts';
import { createTokens } from '../../src/identity/tokens.ts';
import { createAuthenticate } from '../../src/registry/authenticate.ts';
import { createClientRegistry } from '../../src/registry/client-registry.ts';
import { createSigningKeyStore } from '../../src/registry/signing-key-store.ts';
import { createRpcServer } from '../../src/rpc/rpc-server.ts';
import { validateRequest } from '../../src/rpc/validate-request.ts';
import { createSecretBox } from '../../src/secrets/secret-box.ts';
import { createServices } from '../../src/services.ts';

export const pollPath = agents.StreamsAgentServiceService.getStreams.path;

/** The control plane over PGlite on disk, put together as `start-control-plane.ts` does, with what a benchmark needs. */
export interface BenchControlPlane {
  readonly port: number;
  readonly database: Database;
  /** Makes installations with one stream each, or with as many as are given. Returns their ids. */
  addInstallations(count: number, streams?: number): Promise<readonly string[]>;
  /** An access token for each, signed with the key that the server verifies with. */
  issueTokens(installations: readonly string[]): Promise<readonly string[]>;
  stop(): Promise<void>;
}

const images = {
  DECRYPTER_IMAGE: 'd',
  BATCH_EXPORTER_IMAGE: 'e',
  BATCH_JOB_IMAGE: 'j',
  KAFKA_EXPORTER_IMAGE: 'k',
} as const;

export async function startBenchControlPlane(folder: string): Promise<BenchControlPlane> {
  const [clock, issuerBase] = [systemClock, 'http://127.0.0.1:1'];
  const database = await openPgliteDatabase(join(folder, 'database'));
  await migrate(database, migrations);
  const secrets = createSecretBox(Buffer.alloc(32, 7));
  const context = { database, secrets, clock, desired: createDesiredStates(database) };
  const keys = createSigningKeyStore(database, secrets);
  const clients = createClientRegistry(database, secrets);
  const identity = createIdentity({ issuerBase, clients, keys, clock });
  await identity.start();
  const life = { rotateAfterMs: 1e9, publishAheadMs: 0, tokenLifeMs: 1e9 };
  const [access, refresh] = [accessKeys, refreshKeys].map((kind) =>
    createKeyRing({ store: keys, clock, kind, life }),
  );
  if (access === undefined || refresh === undefined) throw new Error('no key rings');
  await access.tend();
  const tokens = createTokens({ issuerBase, clock, access, refresh });
  const server = createRpcServer({
    implementations: createServices(context, images),
    authenticate: createAuthenticate(database, identity.verifier),
    validate: validateRequest,
    stopping: new AbortController().signal,
    logger: createSilentLogger(),
  });
  const port = await server.listen({ host: '127.0.0.1', port: 0 });
  const organizationId = randomUUID();
  await database.query(
    `INSERT INTO organizations (id, name, handle, created_at) VALUES ($1, 'Bench', 'bench', now())`,
    [organizationId],
  );

  return {
    port,
    database,
    async addInstallations(count, streams = 1) {
      const ids = Array.from({ length: count }, () => randomUUID());
      const message = entities.Stream.encode(
        entities.Stream.create({ ref: { name: 'stream', projectId: randomUUID() }, description: 'd' }),
      ).finish();
      const secret = secrets.seal('secret');
      await database.query(
        `INSERT INTO installations (id, organization_id, type, epoch)
         SELECT id, $2, 'SELF_HOSTED', id FROM unnest($1::uuid[]) AS id`,
        [ids, organizationId],
      );
      await database.query(
        `INSERT INTO clients (realm, client_id, secret, installation_id)
         SELECT 'installations', 'ins-' || id, $2, id FROM unnest($1::uuid[]) AS id`,
        [ids, secret],
      );
      await database.query(
        `INSERT INTO projects (id, organization_id, installation_id, name, description, state, created_at)
         SELECT id, $2, id, id::text, '', 'OPERATIONAL', now() FROM unnest($1::uuid[]) AS id`,
        [ids, organizationId],
      );
      await database.query(
        `INSERT INTO streams (id, project_id, name, message, created_at)
         SELECT gen_random_uuid(), id, 'stream ' || number, $2, now()
         FROM unnest($1::uuid[]) AS id, generate_series(1, $3) AS number`,
        [ids, message, streams],
      );
      await database.query(
        `INSERT INTO clients (realm, client_id, secret, stream_id)
         SELECT 'streams', 'stream-' || id, $2, id FROM streams WHERE project_id = ANY($1::uuid[])`,
        [ids, secret],
      );
      return ids;
    },
    issueTokens: (installations) =>
      Promise.all(
        installations.map((installationId) =>
          tokens.issueAccess('installations', {
            clientId: `ins-${installationId}`,
            subject: installationId,
            installationId,
            verifySecret: () => true,
          }),
        ),
      ),
    async stop() {
      await server.close(1);
      await identity.stop();
      await database.close();
    },
  };
}
