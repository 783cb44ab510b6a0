import type { EntityStateReport } from '@ccd/controlplane';
import type { Desired, DesiredSnapshot, RejectedItem, ResourceKey } from '@ccd/reconcile';
import { keepWhere } from '../keep-where.ts';

/** What a user knows a resource by: the entity that it belongs to, and which part of it it is. */
export type EntityIdentity = Pick<EntityStateReport, 'entityType' | 'resourceType' | 'name' | 'projectId'>;

/** A resource that should exist, and whose it is. */
export interface PlannedResource<Spec> {
  readonly desired: Desired<Spec>;
  /** Absent for a resource that nobody but its agent has to know of. */
  readonly entity?: EntityIdentity;
}

/** A resource that the answer calls for and the customer's guardrails forbid: it is not made, and goes where it lives. */
export interface RefusedResource {
  readonly key: ResourceKey;
  readonly entity: EntityIdentity;
  /** Why, for whoever asked for it. */
  readonly message: string;
}

/** What an agent makes of an answer of the control plane. */
export interface AgentPlan<Spec> extends Omit<DesiredSnapshot<Spec>, 'items' | 'rejected'> {
  readonly resources: readonly PlannedResource<Spec>[];
  readonly rejected: readonly RejectedItem[];
  /** What the answer asks for beyond the guardrails; `removed` names those of them that are not to live. */
  readonly refused: readonly RefusedResource[];
}

export interface PlanRules<Item, Spec> {
  /** Every resource that the entities of the answer call for. */
  readonly toResources: (items: readonly Desired<Item>[]) => readonly PlannedResource<Spec>[];
  /** The resources of an entity that a user removed, or that an answer names in a way that we cannot use. */
  readonly keysOf: (entity: ResourceKey) => readonly ResourceKey[];
  /** Why the guardrails forbid an entity. */
  readonly refuse?: (item: Item) => string | undefined;
}

/**
 * Turns an answer about entities into one about resources. What the answer removes or garbles is carried over to the
 * resources; an entity without a name (id '') garbles all resources of its kinds.
 */
export function planResources<Item, Spec>(
  { items, removed, rejected = [], ...answer }: DesiredSnapshot<Item>,
  { toResources, keysOf, refuse = () => undefined }: PlanRules<Item, Spec>,
): AgentPlan<Spec> {
  const allowed = keepWhere(items, ({ spec }) => refuse(spec) === undefined);
  const refused = items.flatMap((item) => {
    const message = refuse(item.spec);
    if (message === undefined) return [];
    return toResources([item]).flatMap(({ desired: { key }, entity }) =>
      entity === undefined ? [] : [{ key, entity, message }],
    );
  });
  return {
    ...answer,
    resources: toResources(allowed),
    refused,
    // The customer has asked for their removal, as a user does by name.
    removed: [...removed.flatMap(keysOf), ...refused.map(({ key }) => key)],
    rejected: rejected.flatMap(({ key, message }) =>
      keysOf(key).map((each) => toRejected(key, each, message)),
    ),
  };
}

const toRejected = (entity: ResourceKey, { kind, id }: ResourceKey, message: string): RejectedItem => ({
  key: { kind, id: entity.id === '' ? '' : id },
  message,
});
