import { randomUUID } from 'node:crypto';
import type { dataContracts, entities } from '@ccd/protocol';
import type { ServiceContext } from '../context.ts';
import type { Queryable } from '../database/database.ts';
import { readOrganization } from '../organizations/organization-store.ts';
import { requireOpenProject, requireProject, requireUser } from '../projects/project-access.ts';
import type { Handlers } from '../rpc/handlers.ts';
import {
  aborted,
  failedPrecondition,
  invalidArgument,
  notFound,
  permissionDenied,
} from '../rpc/status-error.ts';
import type { StreamStore } from '../streams/stream-store.ts';
import { requireOwnContract } from './contract-access.ts';
import { toContractContent } from './contract-content.ts';
import { checksumOf, toContractMessage } from './contract-messages.ts';
import { requireChangeable } from './contract-states.ts';
import { findContractById, insertContract, removeContract, updateContract } from './contract-store.ts';
import type { StoredContract } from './contract-store.ts';
import { applyUpdate } from './contract-update.ts';

interface Options extends ServiceContext {
  readonly streams: StreamStore;
}

/** The calls that write the content of contracts. */
export function contractChanges({
  database,
  clock,
  streams,
}: Options): Handlers<typeof dataContracts.DataContractsServiceService> {
  async function reread(transaction: Queryable, id: string): Promise<StoredContract> {
    const contract = await findContractById(transaction, id);
    if (contract === undefined) throw new TypeError('the contract was written in this transaction');
    return contract;
  }

  return {
    async createDataContract({ dataContract: wanted, projectId }, { principal }) {
      if (wanted?.ref === undefined) throw invalidArgument('data_contract.ref is required');
      const { handle, name, version } = wanted.ref;
      const user = requireUser(principal);
      const now = new Date(clock.now());
      const stored = await database.transaction(async (transaction) => {
        const project = await requireOpenProject(transaction, principal, projectId);
        const organization = await readOrganization(transaction, user.organizationId);
        if (handle !== organization.handle) {
          throw permissionDenied(
            `The handle '${handle}' is not yours; references of your data contracts begin with '${organization.handle}/'`,
          );
        }
        const creator = { ...wanted, creatorExternalUserId: user.userId };
        const id = randomUUID();
        const contract = {
          id,
          name: { handle, name, version },
          state: 'DRAFT' as const,
          isPublic: wanted.isPublic,
          organizationId: organization.id,
          projectId: project.id,
          content: toContractContent(creator, { handle, name, version }, now),
        };
        await insertContract(transaction, contract, now);
        return reread(transaction, id);
      });
      return { dataContract: toContractMessage(stored), checksum: checksumOf(stored) };
    },

    async updateDataContract({ dataContract: wanted, checksum, updateMask }, { principal }) {
      if (wanted === undefined) throw invalidArgument('data_contract is required');
      const stored = await database.transaction(async (transaction) => {
        const current = await requireOwnContract(transaction, principal, wanted);
        const { id, ref, state, isPublic, content } = current;
        if (checksumOf(current) !== checksum) {
          throw aborted(`Data contract '${ref}' was changed meanwhile; read it again and repeat the change`);
        }
        const changed = applyUpdate(ref, state, { ...content, isPublic }, wanted, updateMask ?? []);
        await updateContract(transaction, {
          id,
          state,
          isPublic: changed.isPublic,
          content: rebuild(changed, content),
        });
        return reread(transaction, id);
      });
      return { dataContract: toContractMessage(stored), checksum: checksumOf(stored) };
    },

    async deleteDataContract({ id, dataContractRef, projectId }, { principal }) {
      await database.transaction(async (transaction) => {
        const project = await requireProject(transaction, principal, projectId);
        const contract = await requireOwnContract(transaction, principal, { id, ref: dataContractRef });
        const { ref } = contract;
        if (contract.projectId !== project.id) throw notFound('Data contract', ref);
        requireChangeable(ref, contract.state, 'be deleted');
        const used = await streams.ofOrganization(transaction, project.organizationId);
        const names = used
          .filter(({ message }) => Object.hasOwn(message.maskedFields?.fieldPatterns ?? {}, ref))
          .map(({ name }) => name);
        if (names.length > 0) {
          throw failedPrecondition(
            `Cannot delete data contract '${ref}' because it has streams (${names.join(', ')}) attached to it`,
          );
        }
        await removeContract(transaction, contract.id);
      });
      return {};
    },
  };
}

/** Checks the changed contract as a new one is, and keeps what never changes. */
function rebuild(changed: entities.DataContract, before: entities.DataContract): entities.DataContract {
  const { ref, metadata, creatorExternalUserId } = before;
  if (ref === undefined) throw new TypeError('a stored contract has a reference');
  const createTime = metadata?.createTime ?? new Date(0);
  return toContractContent({ ...changed, creatorExternalUserId }, ref, createTime);
}
