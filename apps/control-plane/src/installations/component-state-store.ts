import { installations } from '@ccd/protocol';
import { bytesOf, textOf } from '../database/columns.ts';
import type { Queryable } from '../database/database.ts';

const { InstalledComponentState } = installations;

/** How long states are kept, and how many of one instance are shown. */
const keptForMs = 24 * 60 * 60_000;
const mostStates = 100;

/** A component, and the states of its instances, newest first. */
export interface ComponentStates {
  readonly componentType: installations.InstalledComponentType;
  readonly instances: ReadonlyMap<string, readonly installations.InstalledComponentState[]>;
}

/** Components by type, with the states that are not older than `since`. */
export async function readComponents(
  database: Queryable,
  installationId: string,
  since: Date,
): Promise<readonly ComponentStates[]> {
  const rows = await database.query(
    `SELECT component_type, instance_id, message FROM component_states
     WHERE installation_id = $1 AND state_time >= $2
     ORDER BY component_type, instance_id, state_time DESC`,
    [installationId, since],
  );
  const components = new Map<string, Map<string, installations.InstalledComponentState[]>>();
  for (const row of rows) {
    const type = textOf(row, 'component_type');
    const instances = components.get(type) ?? new Map<string, installations.InstalledComponentState[]>();
    components.set(type, instances);
    const id = textOf(row, 'instance_id');
    const states = instances.get(id) ?? [];
    instances.set(id, states);
    if (states.length < mostStates) states.push(InstalledComponentState.decode(bytesOf(row, 'message')));
  }
  return [...components]
    .map(([type, instances]) => ({
      componentType: Number(type) as installations.InstalledComponentType,
      instances,
    }))
    .toSorted((a, b) => a.componentType - b.componentType);
}

/** Keeps a state, and lets go of old ones. */
export async function writeComponentState(
  transaction: Queryable,
  {
    installationId,
    componentType,
    instanceId,
    installedComponentState: state,
  }: installations.UpdateInstalledComponentStateRequest,
  now: number,
): Promise<void> {
  const stateTime = state?.stateTime ?? new Date(now);
  await transaction.query(
    `INSERT INTO component_states (installation_id, component_type, instance_id, state_time, message)
     VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (installation_id, component_type, instance_id, state_time) DO UPDATE SET message = excluded.message`,
    [
      installationId,
      String(componentType),
      instanceId,
      stateTime,
      InstalledComponentState.encode(InstalledComponentState.create({ ...state, stateTime })).finish(),
    ],
  );
  await transaction.query('DELETE FROM component_states WHERE installation_id = $1 AND state_time < $2', [
    installationId,
    new Date(now - keptForMs),
  ]);
}
