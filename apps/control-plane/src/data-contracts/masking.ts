import { checkMaskedFields, compileSchema, parseContractRef } from '@ccd/contracts';
import type { MaskedFieldProblem } from '@ccd/contracts';
import type { entities } from '@ccd/protocol';
import type { Queryable } from '../database/database.ts';
import { invalidArgument, notFound } from '../rpc/status-error.ts';
import { isUsableBy } from './contract-access.ts';
import type { StoredContract } from './contract-store.ts';
import { findContractByRef } from './contract-store.ts';

/** What is wrong with the masking of one contract's fields. */
export interface MaskingProblem {
  readonly ref: string;
  /** Absent where the organisation may use no contract of that reference. */
  readonly contract?: StoredContract;
  readonly fields: readonly MaskedFieldProblem[];
}

/** Everything that keeps fields from being masked; empty when all of them can be. */
export async function findMaskingProblems(
  database: Queryable,
  organizationId: string,
  masked: entities.MaskedFields,
): Promise<readonly MaskingProblem[]> {
  const problems: MaskingProblem[] = [];
  for (const [ref, { fieldPatterns }] of Object.entries(masked.fieldPatterns)) {
    const name = parseContractRef(ref);
    const found = name && (await findContractByRef(database, name));
    if (found === undefined || !isUsableBy(found, organizationId)) {
      problems.push({ ref, fields: [] });
      continue;
    }
    const fields = checkMaskedFields(
      compileSchema(found.content.schema?.definition ?? '').shape,
      fieldPatterns,
    );
    if (fields.length > 0) problems.push({ ref, contract: found, fields });
  }
  return problems;
}

/** @throws StatusError NOT_FOUND for a contract, INVALID_ARGUMENT for fields that cannot be masked */
export async function checkMasking(
  database: Queryable,
  organizationId: string,
  masked: entities.MaskedFields | undefined,
): Promise<void> {
  if (masked === undefined) return;
  const problems = await findMaskingProblems(database, organizationId, masked);
  const unknown = problems.find(({ contract }) => contract === undefined);
  if (unknown !== undefined) throw notFound('Data contract', unknown.ref);
  const sentences = problems.flatMap(({ ref, fields }) => fields.map(({ message }) => `${message} (${ref})`));
  if (sentences.length > 0) throw invalidArgument(`Masking is not possible: ${sentences.join('; ')}`);
}
