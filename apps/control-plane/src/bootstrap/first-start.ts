import { randomUUID } from 'node:crypto';
import type { ServiceContext } from '../context.ts';
import type { Queryable } from '../database/database.ts';
import { newEpoch } from '../desired-state/revision.ts';
import { randomId, randomSecret } from '../secrets/random-text.ts';
import { seedPublicContracts } from './public-contracts.ts';

export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What the first start made. The secrets in it are shown once, here. */
export interface Bootstrap {
  readonly organization: { readonly id: string; readonly name: string; readonly handle: string };
  readonly project: { readonly id: string; readonly name: string };
  readonly admin: ClientCredentials & { readonly email: string };
  readonly installation: ClientCredentials & { readonly id: string };
}

export interface FirstStartOptions {
  readonly organizationName: string;
  readonly organizationHandle: string;
  readonly adminEmail: string;
}

/**
 * Makes what an empty control plane needs to be used: an organisation, its administrator with a personal credential, an
 * installation with credentials, and a default project on it. Undefined where an organisation stands already.
 */
export async function prepareFirstStart(
  { database, secrets, clock }: Pick<ServiceContext, 'database' | 'secrets' | 'clock'>,
  options: FirstStartOptions,
): Promise<Bootstrap | undefined> {
  return database.transaction(async (transaction) => {
    const now = new Date(clock.now());
    await seedPublicContracts(transaction, now);
    const [existing] = await transaction.query('SELECT 1 FROM organizations LIMIT 1');
    if (existing !== undefined) return undefined;

    const bootstrap: Bootstrap = {
      organization: { id: randomUUID(), name: options.organizationName, handle: options.organizationHandle },
      project: { id: randomUUID(), name: 'default' },
      admin: { email: options.adminEmail, clientId: `user-${randomId()}`, clientSecret: randomSecret() },
      installation: { id: randomUUID(), clientId: `ins-${randomId()}`, clientSecret: randomSecret() },
    };
    const userId = randomUUID();
    await insertOwners(transaction, bootstrap, userId, now);
    const insertClient = (
      realm: string,
      { clientId, clientSecret }: ClientCredentials,
      owner: string,
      id: string,
    ) =>
      transaction.query(`INSERT INTO clients (realm, client_id, secret, ${owner}) VALUES ($1, $2, $3, $4)`, [
        realm,
        clientId,
        secrets.seal(clientSecret),
        id,
      ]);
    await insertClient('users', bootstrap.admin, 'user_id', userId);
    await insertClient('installations', bootstrap.installation, 'installation_id', bootstrap.installation.id);
    return bootstrap;
  });
}

async function insertOwners(
  transaction: Queryable,
  { organization, project, admin, installation }: Bootstrap,
  userId: string,
  now: Date,
): Promise<void> {
  await transaction.query(
    'INSERT INTO organizations (id, name, handle, created_at) VALUES ($1, $2, $3, $4)',
    [organization.id, organization.name, organization.handle, now],
  );
  await transaction.query(
    'INSERT INTO users (id, organization_id, email, first_name, last_name, roles) VALUES ($1, $2, $3, $4, $5, $6)',
    [userId, organization.id, admin.email, '', '', ['ADMIN', 'MEMBER']],
  );
  await transaction.query(
    'INSERT INTO installations (id, organization_id, type, epoch) VALUES ($1, $2, $3, $4)',
    [installation.id, organization.id, 'SELF_HOSTED', newEpoch()],
  );
  await transaction.query(
    `INSERT INTO projects (id, organization_id, installation_id, name, description, state, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [project.id, organization.id, installation.id, project.name, 'The first project', 'OPERATIONAL', now],
  );
  await transaction.query('INSERT INTO project_members (project_id, user_id) VALUES ($1, $2)', [
    project.id,
    userId,
  ]);
}
