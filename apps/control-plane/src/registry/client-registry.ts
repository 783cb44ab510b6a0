import { createHash, timingSafeEqual } from 'node:crypto';
import { bytesOf, optionalTextOf } from '../database/columns.ts';
import type { Queryable } from '../database/database.ts';
import type { ClientRegistry } from '../principals.ts';
import type { SecretBox } from '../secrets/secret-box.ts';

/** The clients in the database: streams, installations, and personal credentials of users. */
export function createClientRegistry(database: Queryable, secrets: SecretBox): ClientRegistry {
  return {
    async findClient(realm, clientId) {
      const [row] = await database.query(
        `SELECT c.secret, u.email, coalesce(c.user_id, c.installation_id, c.stream_id)::text AS subject,
           coalesce(c.installation_id, p.installation_id)::text AS installation_id
         FROM clients c
           LEFT JOIN users u ON u.id = c.user_id
           LEFT JOIN streams s ON s.id = c.stream_id
           LEFT JOIN projects p ON p.id = s.project_id
         WHERE c.realm = $1 AND c.client_id = $2`,
        [realm, clientId],
      );
      if (row === undefined) return undefined;
      const expected = secrets.open(bytesOf(row, 'secret'));
      const email = optionalTextOf(row, 'email');
      const installationId = optionalTextOf(row, 'installation_id');
      return {
        clientId,
        verifySecret: (secret) => timingSafeEqual(digest(secret), digest(expected)),
        subject: optionalTextOf(row, 'subject') ?? clientId,
        ...(email === undefined ? {} : { email }),
        ...(installationId === undefined ? {} : { installationId }),
      };
    },
  };
}

/** Secrets of any length, made comparable in constant time. */
const digest = (secret: string): Buffer => createHash('sha256').update(secret).digest();
