import { createHash } from 'node:crypto';
import { entities } from '@ccd/protocol';
import type { StoredContract } from './contract-store.ts';

/** The contract with its schema as users see it. */
export function toContractMessage(stored: StoredContract): entities.DataContract {
  const { id, state, isPublic, projectId = '', content } = stored;
  return {
    ...content,
    id,
    state: entities.DataContract_State[state],
    isPublic,
    projectId,
    schema: toSchemaMessage(stored),
  };
}

/** The schema of a contract: the same reference, state and id. */
export function toSchemaMessage({ id, state, isPublic, content }: StoredContract): entities.Schema {
  return entities.Schema.create({ ...content.schema, id, state: entities.Schema_State[state], isPublic });
}

/** Changes with everything that a user can change: a decimal number of 63 bits, so that it fits signed integers too. */
export function checksumOf({ state, isPublic, content }: StoredContract): string {
  const digest = createHash('sha256')
    .update(`${state} ${String(isPublic)} `)
    .update(entities.DataContract.encode(content).finish())
    .digest();
  return BigInt.asUintN(63, digest.readBigUInt64BE()).toString();
}
