import type { EntityStateReport, StateReporter } from '@ccd/controlplane';
import { KeyMap, toKeySet } from '@ccd/reconcile';
import type { KeySet, Observed, ResourceKey, RunReport } from '@ccd/reconcile';
import type { AgentPlan, EntityIdentity, PlannedResource } from './agent-plan.ts';
import { toShownState } from './entity-states.ts';
import type { LiveStatus } from './entity-states.ts';
import { hasSameItems } from '../same-items.ts';

type Planned = PlannedResource<unknown>;

export interface EntityReportsOptions<Live> {
  readonly reporter: Pick<StateReporter, 'entity'>;
  /** How a live resource fares; undefined for one that cannot fail by itself. */
  readonly statusOf: (live: Live) => LiveStatus | undefined;
  /** The last lines of the log of one that fails, where they are to be told. */
  readonly logOf?: (live: Live) => ((signal: AbortSignal) => Promise<readonly string[]>) | undefined;
}

/** Tells users of the resources that they know, in the words of what they asked for. */
export interface EntityReports<Live> {
  /** What the last answer calls for, and whose each of it is. */
  plan(plan: Pick<AgentPlan<unknown>, 'resources' | 'rejected' | 'refused'>): void;
  /** What a run made of it. @param observed what it found */
  run(report: Pick<RunReport, 'resources' | 'outcome'>, observed: readonly Observed<Live>[]): void;
}

export function createEntityReports<Live>(options: EntityReportsOptions<Live>): EntityReports<Live> {
  const { reporter, statusOf, logOf } = options;
  /** Of all that is called for, and of what was and has not ended yet. */
  const entities = new KeyMap<EntityIdentity>();
  /** Undefined: to be taken anew, whatever it is. */
  let planned: readonly Planned[] | undefined;
  let wanted: KeySet = toKeySet([]);
  /** How many of the planned resources somebody knows. */
  let known = 0;
  /** Where a part of the answer cannot be read, nothing can be told to have come to its end. */
  let isWhole = false;
  let refused: AgentPlan<unknown>['refused'] = [];

  /** What came to its end by itself: after a removal that took longer than we waited, or by somebody else's hand. */
  function goneOf(resources: RunReport['resources']): readonly ResourceKey[] {
    if (!isWhole || entities.size === known) return [];
    const told = toKeySet([...resources, ...refused].map(({ key }) => key));
    return [...entities.entries()].flatMap(([key]) => (told.has(key) || wanted.has(key) ? [] : [key]));
  }

  function end(key: ResourceKey): void {
    if (entities.delete(key) && wanted.has(key)) planned = undefined;
  }

  function statesOf(observed: readonly Observed<Live>[]): KeyMap<Live> {
    const live = new KeyMap<Live>();
    for (const each of observed) live.set(each.key, each.live);
    return live;
  }

  function tell(entity: EntityIdentity, state: Pick<EntityStateReport, 'status' | 'message'>): void {
    reporter.entity({ ...entity, ...state });
  }

  return {
    plan(next) {
      isWhole = next.rejected.length === 0;
      refused = next.refused;
      // Planned anew, a resource is another object: in most runs none is.
      if (planned !== undefined && hasSameItems(planned, next.resources)) return;
      planned = next.resources;
      wanted = toKeySet(planned.map(({ desired }) => desired.key));
      known = 0;
      for (const { desired, entity } of planned) {
        if (entity === undefined) continue;
        known += 1;
        entities.set(desired.key, entity);
      }
    },

    run({ resources, outcome }, observed) {
      const live = statesOf(observed);
      const beyond = toKeySet(refused.map(({ key }) => key));
      for (const resource of resources) {
        const entity = entities.get(resource.key);
        if (entity === undefined || beyond.has(resource.key)) continue;
        const found = live.get(resource.key);
        const status = found === undefined ? undefined : statusOf(found);
        const readLog = found !== undefined && status?.state === 'failing' ? logOf?.(found) : undefined;
        reporter.entity({ ...entity, ...toShownState(resource, status), ...(readLog && { readLog }) });
        if (resource.outcome === 'deleted') end(resource.key);
      }
      for (const key of outcome === 'failed' ? [] : goneOf(resources)) {
        const entity = entities.get(key);
        if (entity !== undefined) tell(entity, { status: 'REMOVED', message: '' });
        end(key);
      }
      for (const { entity, message } of refused) {
        tell(entity, { status: 'UNHEALTHY', message: `BeyondGuardrails: ${message}` });
      }
    },
  };
}
