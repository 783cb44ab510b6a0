import { bytesOf, dateOf, textOf } from '../database/columns.ts';
import type { Queryable } from '../database/database.ts';
import type { SigningKeyStore } from '../principals.ts';
import type { SecretBox } from '../secrets/secret-box.ts';

/** The keys that sign tokens, their private halves encrypted. */
export function createSigningKeyStore(database: Queryable, secrets: SecretBox): SigningKeyStore {
  return {
    async load() {
      const rows = await database.query(
        'SELECT kid, algorithm, private_jwk, public_jwk, created_at FROM signing_keys ORDER BY created_at',
      );
      return rows.map((row) => ({
        kid: textOf(row, 'kid'),
        algorithm: textOf(row, 'algorithm'),
        privateJwk: secrets.open(bytesOf(row, 'private_jwk')),
        publicJwk: textOf(row, 'public_jwk'),
        createdAt: dateOf(row, 'created_at').getTime(),
      }));
    },
    async save({ kid, algorithm, privateJwk, publicJwk, createdAt }) {
      await database.query(
        `INSERT INTO signing_keys (kid, algorithm, private_jwk, public_jwk, created_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (kid) DO NOTHING`,
        [kid, algorithm, secrets.seal(privateJwk), publicJwk, new Date(createdAt)],
      );
    },
    async remove(kid) {
      await database.query('DELETE FROM signing_keys WHERE kid = $1', [kid]);
    },
  };
}
