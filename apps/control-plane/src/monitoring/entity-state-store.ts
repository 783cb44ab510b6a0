import { monitoring } from '@ccd/protocol';
import { bytesOf } from '../database/columns.ts';
import type { Queryable, SqlValue } from '../database/database.ts';

const { EntityState, EntityState_Status: Status } = monitoring;

/** How long a resource that went is still shown as removed. */
const removedForMs = 10 * 60_000;

/** Which states are asked for; what is left out does not matter. */
export interface StateFilter {
  readonly projectIds: readonly string[];
  readonly type: monitoring.EntityState_EntityType;
  readonly name: string;
  readonly status: monitoring.EntityState_Status;
}

/** The newest state of each resource. */
export async function readStates(
  database: Queryable,
  { projectIds, type, name, status }: StateFilter,
): Promise<readonly monitoring.EntityState[]> {
  const conditions = ['project_id = ANY($1::uuid[])'];
  const parameters: SqlValue[] = [projectIds];
  if (type !== monitoring.EntityState_EntityType.ENTITY_TYPE_UNSPECIFIED) {
    parameters.push(String(type));
    conditions.push(`entity_type = $${parameters.length}`);
  }
  if (name !== '') {
    parameters.push(name);
    conditions.push(`name = $${parameters.length}`);
  }
  const rows = await database.query(
    `SELECT message FROM entity_states WHERE ${conditions.join(' AND ')}
     ORDER BY entity_type, name, resource_type`,
    parameters,
  );
  return rows
    .map((row) => EntityState.decode(bytesOf(row, 'message')))
    .filter((state) => status === Status.STATUS_UNSPECIFIED || state.status === status);
}

/**
 * Keeps states of resources of one installation. A state that is older than the one we have, or of a project that the
 * installation does not run, is left out: the project may just have been deleted.
 */
export async function writeStates(
  transaction: Queryable,
  installationId: string,
  states: readonly monitoring.EntityState[],
  now: number,
): Promise<void> {
  for (const state of states) {
    const { ref, resourceType, stateTime = new Date(now) } = state;
    if (ref === undefined) continue;
    const message = EntityState.encode({ ...state, stateTime }).finish();
    await transaction.query(
      `INSERT INTO entity_states (project_id, entity_type, name, resource_type, message, state_time, removed)
       SELECT id, $2, $3, $4, $5, $6, $7 FROM projects WHERE id::text = $1 AND installation_id = $8
       ON CONFLICT (project_id, entity_type, name, resource_type)
       DO UPDATE SET message = excluded.message, state_time = excluded.state_time, removed = excluded.removed
       WHERE entity_states.state_time <= excluded.state_time`,
      [
        ref.projectId,
        String(ref.type),
        ref.name,
        String(resourceType),
        message,
        stateTime,
        state.status === Status.REMOVED,
        installationId,
      ],
    );
  }
  await transaction.query('DELETE FROM entity_states WHERE removed AND state_time < $1', [
    new Date(now - removedForMs),
  ]);
}
