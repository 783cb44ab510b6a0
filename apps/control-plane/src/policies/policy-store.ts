import { entities } from '@ccd/protocol';
import { bytesOf } from '../database/columns.ts';
import type { Queryable } from '../database/database.ts';
import { failedPrecondition, notFound } from '../rpc/status-error.ts';
import { isUuid } from '../uuid.ts';

/** What holds where no policy is named. */
export const defaultPolicy: entities.Policy = {
  id: '',
  name: '7 years',
  description: 'Default 7 year retention',
  legalGrounds: '',
  retentionDays: 2556,
  state: entities.Policy_State.STATE_ACTIVE,
};

export async function listPolicies(
  database: Queryable,
  organizationId: string,
): Promise<readonly entities.Policy[]> {
  const rows = await database.query('SELECT message FROM policies WHERE organization_id = $1 ORDER BY name', [
    organizationId,
  ]);
  return rows.map((row) => entities.Policy.decode(bytesOf(row, 'message')));
}

/** The policy of that id, or the default one for ''. @throws StatusError NOT_FOUND */
export async function requirePolicy(
  database: Queryable,
  organizationId: string,
  id: string,
): Promise<entities.Policy> {
  if (id === '') return defaultPolicy;
  const [row] = isUuid(id)
    ? await database.query('SELECT message FROM policies WHERE organization_id = $1 AND id = $2', [
        organizationId,
        id,
      ])
    : [];
  if (row === undefined) throw notFound('Policy', id);
  return entities.Policy.decode(bytesOf(row, 'message'));
}

/** A policy that something may be attached to. @throws StatusError NOT_FOUND, FAILED_PRECONDITION */
export async function requireActivePolicy(
  database: Queryable,
  organizationId: string,
  id: string,
): Promise<void> {
  const { name, state } = await requirePolicy(database, organizationId, id);
  if (state !== entities.Policy_State.STATE_ACTIVE) {
    throw failedPrecondition(`Policy '${name}' is not active; only active policies can be used`);
  }
}
