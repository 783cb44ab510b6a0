import { NotKeptError } from '../../errors.ts';
import type { WorkloadSpec } from '../../port.ts';
import { bareObjectSchema } from '../client/object-schema.ts';
import { fieldManager } from '../template/marks.ts';
import type { Manifest } from '../template/manifest.ts';
import type { Disputes } from './disputes.ts';
import { toText } from './find-difference.ts';
import type { FieldPath } from './find-difference.ts';
import { managedFieldsOf, managerOf } from './manager-of.ts';
import { findUnapplied } from './seen-workload.ts';

/** An object before and after it was written, and the field for which it was. */
export interface Repair {
  readonly found: unknown;
  readonly unapplied: FieldPath;
  readonly updated: unknown;
}

/** So often in a row a field is put right at once. */
const mostRepairs = 3;

/**
 * Says of a write that it achieves nothing: the API server itself changes what is written, or somebody does so each time.
 * @param known the generation is the one that our own last write has left
 * @throws NotKeptError that names the field, and who changes it where that is known
 */
export function assertKept(
  { name, hash }: Pick<WorkloadSpec, 'name' | 'hash'>,
  manifest: Manifest,
  { found, unapplied, updated }: Repair,
  { disputes, generation }: { readonly disputes: Disputes; readonly generation: number | undefined },
): void {
  const { uid } = bareObjectSchema.parse(updated).metadata;
  const times = disputes.note(uid, hash, toText(unapplied));
  const lost = findUnapplied(manifest, updated, generation);
  if (lost !== undefined)
    throw new NotKeptError(
      'workload',
      name,
      toText(lost),
      `the API server itself answers with another value${byWhom(updated, lost)}; look for a mutating webhook or admission policy`,
    );
  if (times > mostRepairs)
    throw new NotKeptError(
      'workload',
      name,
      toText(unapplied),
      `it was put right ${times} times and changed again each time${byWhom(found, unapplied)}; look for a controller that does so`,
    );
}

function byWhom(object: unknown, field: FieldPath): string {
  const manager = managerOf(managedFieldsOf(object), field, fieldManager);
  return manager === undefined ? '' : ` by ${manager}`;
}
