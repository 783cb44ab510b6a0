import type { ManagedFields } from './object-schema.ts';

/**
 * The managed fields of an object that we have created, as if it had been applied from the beginning; undefined where they
 * are so already. A creation counts as an update by its manager, and what that owns would outlive its removal from what
 * we apply later: client-go has the same step (csaupgrade).
 */
export function upgradeFields(managed: ManagedFields, manager: string): ManagedFields | undefined {
  const ofCreation = managed.filter((entry) => isOf(entry, manager, 'Update'));
  const [first] = ofCreation;
  if (first === undefined) return undefined;
  const ours = [...ofCreation, ...managed.filter((entry) => isOf(entry, manager, 'Apply'))];
  const rest = managed.filter((entry) => !ours.includes(entry));
  const fieldsV1 = ours.reduce((all, entry) => union(all, entry.fieldsV1), {});
  return [...rest, { ...first, operation: 'Apply', fieldsV1 }];
}

const isOf = (entry: ManagedFields[number], manager: string, operation: string): boolean =>
  entry.manager === manager && entry.operation === operation && (entry.subresource ?? '') === '';

type Fields = Readonly<Record<string, unknown>>;

function union(one: Fields, other: Fields): Record<string, unknown> {
  const all: Record<string, unknown> = { ...one };
  for (const [field, value] of Object.entries(other)) {
    const known = all[field];
    all[field] = isFields(known) && isFields(value) ? union(known, value) : value;
  }
  return all;
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
