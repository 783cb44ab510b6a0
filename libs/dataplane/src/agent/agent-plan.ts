import type { EntityStateReport } from '@ccd/controlplane';
import type { Desired, DesiredSnapshot, RejectedItem, ResourceKey } from '@ccd/reconcile';

/** What a user knows a resource by: the entity that it belongs to, and which part of it it is. */
export type EntityIdentity = Pick<EntityStateReport, 'entityType' | 'resourceType' | 'name' | 'projectId'>;

/** A resource that should exist, and whose it is. */
export interface PlannedResource<Spec> {
  readonly desired: Desired<Spec>;
  readonly entity: EntityIdentity;
}

/** What an agent makes of an answer of the control plane. */
export interface AgentPlan<Spec> extends Omit<DesiredSnapshot<Spec>, 'items' | 'rejected'> {
  readonly resources: readonly PlannedResource<Spec>[];
  readonly rejected: readonly RejectedItem[];
}

export interface PlanRules<Item, Spec> {
  /** Every resource that the entities of the answer call for. */
  readonly toResources: (items: readonly Desired<Item>[]) => readonly PlannedResource<Spec>[];
  /** The resources of an entity that a user removed, or that an answer names in a way that we cannot use. */
  readonly keysOf: (entity: ResourceKey) => readonly ResourceKey[];
}

/**
 * Turns an answer about entities into one about resources. What the answer removes or garbles is carried over to the
 * resources; an entity without a name (id '') garbles all resources of its kinds.
 */
export function planResources<Item, Spec>(
  { items, removed, rejected = [], ...answer }: DesiredSnapshot<Item>,
  { toResources, keysOf }: PlanRules<Item, Spec>,
): AgentPlan<Spec> {
  return {
    ...answer,
    resources: toResources(items),
    removed: removed.flatMap(keysOf),
    rejected: rejected.flatMap(({ key, message }) =>
      keysOf(key).map((each) => toRejected(key, each, message)),
    ),
  };
}

const toRejected = (entity: ResourceKey, { kind, id }: ResourceKey, message: string): RejectedItem => ({
  key: { kind, id: entity.id === '' ? '' : id },
  message,
});
