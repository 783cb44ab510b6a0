import type { MetadataSource } from '@ccd/controlplane';
import { textOf, textsOf } from '../database/columns.ts';
import type { Database, Queryable } from '../database/database.ts';
import { createRowCache } from '../database/row-cache.ts';
import { realms } from '../identity/realms.ts';
import type { Principal, TokenVerifier, VerifiedToken } from '../principals.ts';
import { isUserRole } from '../principals.ts';
import { unauthenticated } from '../rpc/status-error.ts';

/** Callers that are remembered at most. */
const capacity = 50_000;

/**
 * Turns the metadata of a call into its caller: a verified token, and a client that still exists. Callers are
 * remembered until their rows change.
 * @throws StatusError UNAUTHENTICATED
 */
export function createAuthenticate(
  database: Pick<Database, 'query' | 'changes'>,
  verifier: TokenVerifier,
): (metadata: MetadataSource) => Promise<Principal> {
  const principals = createRowCache<Principal | undefined>({
    changes: database.changes,
    capacity,
    touches({ table, id }) {
      if (table === 'clients') return realms.map((realm) => nameOf({ realm, clientId: id }));
      // Rare, and not worth an index from users to their clients.
      return table === 'users' ? 'all' : [];
    },
  });

  return async (metadata) => {
    const verified = await verify(verifier, readToken(metadata));
    const principal = await principals.get(nameOf(verified), () => findPrincipal(database, verified));
    if (principal === undefined) throw unauthenticated('The client of this token does not exist any more');
    return principal;
  };
}

const nameOf = ({ realm, clientId }: Pick<VerifiedToken, 'realm' | 'clientId'>): string =>
  `${realm}/${clientId}`;

function readToken(metadata: MetadataSource): string {
  const given = metadata.get('authorization');
  // Clients may send a header twice; the same token twice is one token.
  const headers = given.length > 1 ? [...new Set(given)] : given;
  const header = headers.length === 1 ? String(headers[0]) : '';
  const token = /^bearer +(?=\S)/i.exec(header);
  if (token === null || /\s/.test(header.slice(token[0].length))) {
    throw unauthenticated('A bearer token is needed in the header authorization');
  }
  return header.slice(token[0].length);
}

async function verify(verifier: TokenVerifier, token: string): Promise<VerifiedToken> {
  try {
    return await verifier.verify(token);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'InvalidTokenError') throw error;
    throw unauthenticated(error.message);
  }
}

async function findPrincipal(
  database: Queryable,
  { realm, clientId }: VerifiedToken,
): Promise<Principal | undefined> {
  switch (realm) {
    case 'users': {
      const [row] = await database.query(
        `SELECT u.id, u.email, u.organization_id, u.roles FROM clients c JOIN users u ON u.id = c.user_id
         WHERE c.realm = 'users' AND c.client_id = $1`,
        [clientId],
      );
      if (row === undefined) return undefined;
      return {
        realm,
        userId: textOf(row, 'id'),
        email: textOf(row, 'email'),
        organizationId: textOf(row, 'organization_id'),
        roles: textsOf(row, 'roles').filter(isUserRole),
      };
    }
    case 'installations': {
      const [row] = await database.query(
        `SELECT i.id, i.organization_id FROM clients c JOIN installations i ON i.id = c.installation_id
         WHERE c.realm = 'installations' AND c.client_id = $1`,
        [clientId],
      );
      if (row === undefined) return undefined;
      return { realm, installationId: textOf(row, 'id'), organizationId: textOf(row, 'organization_id') };
    }
    case 'streams':
      return { realm, clientId };
  }
}
