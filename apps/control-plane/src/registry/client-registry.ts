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
        `SELECT c.secret, u.email, coalesce(c.user_id, c.installation_id, c.stream_id)::text AS subject
         FROM clients c LEFT JOIN users u ON u.id = c.user_id
         WHERE c.realm = $1 AND c.client_id = $2`,
        [realm, clientId],
      );
      if (row === undefined) return undefined;
      const expected = secrets.open(bytesOf(row, 'secret'));
      const email = optionalTextOf(row, 'email');
      return {
        clientId,
        verifySecret: (secret) => timingSafeEqual(digest(secret), digest(expected)),
        subject: optionalTextOf(row, 'subject') ?? clientId,
        ...(email === undefined ? {} : { email }),
      };
    },
  };
}

/** Secrets of any length, made comparable in constant time. */
const digest = (secret: string): Buffer => createHash('sha256').update(secret).digest();
