import { monitoring } from '@ccd/protocol';

const fields = {
  state_time: 'stateTime',
  ref: 'ref',
  status: 'status',
  message: 'message',
  logs: 'logs',
  resource_type: 'resourceType',
} as const satisfies Readonly<Record<string, keyof monitoring.EntityState>>;

const isField = (path: string): path is keyof typeof fields => Object.hasOwn(fields, path);

/** The fields that are asked for; all of them where none is named. Names that no field has select nothing. */
export function projectState(
  state: monitoring.EntityState,
  paths: readonly string[] = [],
): monitoring.EntityState {
  if (paths.length === 0) return state;
  const chosen = paths.filter(isField).map((path) => [fields[path], state[fields[path]]] as const);
  return monitoring.EntityState.create(Object.fromEntries(chosen));
}
