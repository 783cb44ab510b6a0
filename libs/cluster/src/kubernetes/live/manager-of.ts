import { managedObjectSchema } from '../client/object-schema.ts';
import type { ManagedFields } from '../client/object-schema.ts';
import type { FieldPath } from './find-difference.ts';

export const managedFieldsOf = (object: unknown): ManagedFields =>
  managedObjectSchema.parse(object).metadata.managedFields;

/** Who else than `own` wrote the field of an object last, in the words of its managed fields; undefined where these do not tell. */
export function managerOf(managed: ManagedFields, path: FieldPath, own: string): string | undefined {
  const others = managed.filter(({ manager, fieldsV1 }) => manager !== own && has(fieldsV1, path));
  return others.at(-1)?.manager;
}

/** Whether a manager counts as having written anything of the field. */
export const manages = (managed: ManagedFields, path: FieldPath, own: string): boolean =>
  managed.some(({ manager, fieldsV1 }) => manager === own && has(fieldsV1, path));

/** Whether fields (`f:spec`, and `k:{"name":"a"}` for an element of a list) reach to the end of a path, or above it to a whole. */
function has(fields: unknown, [step, ...rest]: FieldPath): boolean {
  if (step === undefined) return true;
  if (typeof fields !== 'object' || fields === null) return false;
  const isElement = step.startsWith('[');
  const name = step.slice(1, -1);
  const found = Object.entries(fields).find(([field]) =>
    isElement ? field.startsWith('k:') && field.includes(`:"${name}"`) : field === `f:${step}`,
  );
  if (found === undefined) return false;
  // Nothing below: it is managed as a whole.
  return Object.keys(found[1] as object).length === 0 || has(found[1], rest);
}
