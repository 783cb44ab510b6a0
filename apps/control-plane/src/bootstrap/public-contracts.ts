import { randomUUID } from 'node:crypto';
import { parseContractRef, publicContracts } from '@ccd/contracts';
import type { PublicContract } from '@ccd/contracts';
import { entities } from '@ccd/protocol';
import { toContractContent } from '../data-contracts/contract-content.ts';
import { findContractByRef, insertContract } from '../data-contracts/contract-store.ts';
import type { Queryable } from '../database/database.ts';

/** Publishes the contracts that come with the product, those that are not there yet. */
export async function seedPublicContracts(transaction: Queryable, now: Date): Promise<void> {
  for (const contract of publicContracts) {
    const name = parseContractRef(contract.ref);
    if (name === undefined) throw new TypeError(`${contract.ref} is no reference`);
    if ((await findContractByRef(transaction, name)) !== undefined) continue;
    const content = toContractContent(toMessage(contract), name, now);
    const { state } = contract;
    await insertContract(transaction, { id: randomUUID(), name, state, isPublic: true, content }, now);
  }
}

function toMessage(contract: PublicContract): entities.DataContract {
  const { keyField, fields, validations, dataSubjectField = '', title, description, schema } = contract;
  return entities.DataContract.create({
    keyField,
    dataSubjectField,
    fieldMetadata: fields.map(({ fieldName, ...personalDataConfig }) => ({ fieldName, personalDataConfig })),
    validations: validations.map(({ field, regex }) => ({ field, type: 'regex', value: regex })),
    metadata: { title, description },
    schema: { definition: schema.definition },
  });
}
