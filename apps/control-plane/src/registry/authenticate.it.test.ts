import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Metadata } from '@grpc/grpc-js';
import { randomUUID } from 'node:crypto';
import type { Database } from '../database/database.ts';
import { migrate } from '../database/migrate.ts';
import { migrations } from '../database/migrations.ts';
import { openMemoryDatabase } from '../database/pglite-database.ts';
import { InvalidTokenError } from '../identity/invalid-token-error.ts';
import type { Realm } from '../principals.ts';
import { createAuthenticate } from './authenticate.ts';

const organizationId = randomUUID();
const installationId = randomUUID();

/** The token says who it is: `<realm>/<client id>`. */
const call = (...tokens: readonly string[]): Metadata => {
  const metadata = new Metadata();
  for (const token of tokens) metadata.add('authorization', `Bearer ${token}`);
  return metadata;
};

describe(createAuthenticate, () => {
  let database: Database;
  let queries = 0;
  let authenticate: ReturnType<typeof createAuthenticate>;
  const addClient = (realm: Realm, clientId: string, column: string, id: string) =>
    database.query(`INSERT INTO clients (realm, client_id, secret, ${column}) VALUES ($1, $2, $3, $4)`, [
      realm,
      clientId,
      Buffer.from('s'),
      id,
    ]);

  beforeAll(async () => {
    database = await openMemoryDatabase();
    await migrate(database, migrations);
    await database.query(
      `INSERT INTO organizations (id, name, handle, created_at) VALUES ($1, 'A', 'a', now())`,
      [organizationId],
    );
    await database.query(
      `INSERT INTO installations (id, organization_id, type, epoch) VALUES ($1, $2, 'SELF_HOSTED', $3)`,
      [installationId, organizationId, randomUUID()],
    );
    authenticate = createAuthenticate(
      {
        changes: database.changes,
        query: (sql, parameters) => {
          queries += 1;
          return database.query(sql, parameters);
        },
      },
      {
        async verify(token) {
          const [realm, clientId = ''] = token.split('/');
          if (realm !== 'users' && realm !== 'installations') throw new InvalidTokenError('it is malformed');
          return { realm, clientId, acceptedUntil: Infinity };
        },
      },
    );
  });
  afterAll(() => database.close());

  it('knows a caller that calls again without asking the database', async () => {
    await addClient('installations', 'ins-1', 'installation_id', installationId);
    const first = await authenticate(call('installations/ins-1'));
    queries = 0;
    expect(await authenticate(call('installations/ins-1'))).toEqual(first);
    expect(first).toEqual({ realm: 'installations', installationId, organizationId });
    expect(queries).toBe(0);
  });

  it('refuses a client from the moment on at which it is removed', async () => {
    await addClient('installations', 'ins-2', 'installation_id', installationId);
    await authenticate(call('installations/ins-2'));
    await database.query(`DELETE FROM clients WHERE client_id = 'ins-2'`);
    await expect(authenticate(call('installations/ins-2'))).rejects.toThrow('does not exist any more');
  });

  it('sees roles as they are', async () => {
    const userId = randomUUID();
    await database.query(
      `INSERT INTO users (id, organization_id, email, first_name, last_name, roles) VALUES ($1, $2, 'a@b.example', 'A', 'B', $3)`,
      [userId, organizationId, ['ADMIN']],
    );
    await addClient('users', 'user-1', 'user_id', userId);
    await expect(authenticate(call('users/user-1'))).resolves.toMatchObject({ roles: ['ADMIN'] });
    await database.query('UPDATE users SET roles = $2 WHERE id = $1', [userId, ['MEMBER']]);
    await expect(authenticate(call('users/user-1'))).resolves.toMatchObject({ roles: ['MEMBER'] });
    await database.query('DELETE FROM users WHERE id = $1', [userId]);
    await expect(authenticate(call('users/user-1'))).rejects.toThrow('does not exist any more');
  });

  it('lets in a client that was unknown until now', async () => {
    await expect(authenticate(call('installations/ins-3'))).rejects.toThrow('does not exist any more');
    await addClient('installations', 'ins-3', 'installation_id', installationId);
    await expect(authenticate(call('installations/ins-3'))).resolves.toMatchObject({ installationId });
  });

  it('takes the same token twice for one, and two tokens for none', async () => {
    await expect(authenticate(call('installations/ins-1', 'installations/ins-1'))).resolves.toMatchObject({
      installationId,
    });
    await expect(authenticate(call('installations/ins-1', 'installations/ins-3'))).rejects.toThrow(
      'A bearer token is needed',
    );
  });
});
