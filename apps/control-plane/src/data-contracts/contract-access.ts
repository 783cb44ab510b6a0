import type { Queryable } from '../database/database.ts';
import type { Principal } from '../principals.ts';
import { findProject, organizationOf } from '../projects/project-access.ts';
import { invalidArgument, notFound, permissionDenied } from '../rpc/status-error.ts';
import type { StoredContract } from './contract-store.ts';
import { findContractById, findContractByRef } from './contract-store.ts';

/** How a request names a contract. Where both are given, the id counts. */
export interface ContractSelector {
  readonly id: string;
  readonly ref: { readonly handle: string; readonly name: string; readonly version: string } | undefined;
}

/** Whether an organisation may use the contract: its own ones, and what others have published. */
export function isUsableBy(contract: StoredContract, organizationId: string): boolean {
  return contract.organizationId === organizationId || isPublished(contract);
}

/** A draft becomes public to others with its activation, and stays so in the archive. */
export function isPublished({ isPublic, state }: StoredContract): boolean {
  return isPublic && (state === 'ACTIVE' || state === 'ARCHIVED');
}

/**
 * Whether the caller may read the contract: users those of their projects and public ones, installations whatever
 * their organisation may use.
 */
export async function maySeeContract(
  database: Queryable,
  principal: Principal,
  contract: StoredContract,
): Promise<boolean> {
  const organizationId = organizationOf(principal);
  if (!isUsableBy(contract, organizationId)) return false;
  if (principal.realm === 'installations' || contract.isPublic || contract.projectId === undefined)
    return true;
  return (await findProject(database, principal, contract.projectId)) !== undefined;
}

/** @throws StatusError NOT_FOUND, INVALID_ARGUMENT */
export async function requireContract(
  database: Queryable,
  principal: Principal,
  { id, ref }: ContractSelector,
): Promise<StoredContract> {
  if (id === '' && ref === undefined)
    throw invalidArgument('A data contract is named by its id or its reference');
  const byId = id !== '';
  const found = byId ? await findContractById(database, id) : ref && (await findContractByRef(database, ref));
  const name = byId || ref === undefined ? id : `${ref.handle}/${ref.name}/${ref.version}`;
  if (found === undefined || !(await maySeeContract(database, principal, found))) {
    throw notFound('Data contract', name);
  }
  return found;
}

/** A contract that the caller may change. @throws StatusError also PERMISSION_DENIED */
export async function requireOwnContract(
  database: Queryable,
  principal: Principal,
  selector: ContractSelector,
): Promise<StoredContract> {
  const contract = await requireContract(database, principal, selector);
  if (contract.organizationId !== organizationOf(principal)) {
    throw permissionDenied(`Data contract '${contract.ref}' belongs to another organisation`);
  }
  const { projectId } = contract;
  if (projectId !== undefined && (await findProject(database, principal, projectId)) === undefined) {
    throw permissionDenied(
      `Data contract '${contract.ref}' belongs to a project that you are not a member of`,
    );
  }
  return contract;
}
