import type { dataContracts } from '@ccd/protocol';
import type { ServiceContext } from '../context.ts';
import type { Principal } from '../principals.ts';
import type { Handlers } from '../rpc/handlers.ts';
import { requireOwnContract } from './contract-access.ts';
import type { ContractAction } from './contract-states.ts';
import { nextState } from './contract-states.ts';
import { updateContract } from './contract-store.ts';

interface Selection {
  readonly id: string;
  readonly dataContractRef:
    { readonly handle: string; readonly name: string; readonly version: string } | undefined;
}

/** The calls that move a contract from one state to the next. */
export function contractSteps({
  database,
}: Pick<ServiceContext, 'database'>): Handlers<typeof dataContracts.DataContractsServiceService> {
  async function step(
    action: ContractAction,
    { id, dataContractRef: ref }: Selection,
    principal: Principal,
  ): Promise<Record<string, never>> {
    await database.transaction(async (transaction) => {
      const contract = await requireOwnContract(transaction, principal, { id, ref });
      const state = nextState(contract.ref, contract.state, action);
      await updateContract(transaction, { ...contract, state });
    });
    return {};
  }

  return {
    reviewDataContract: (request, { principal }) => step('review', request, principal),
    approveDataContract: (request, { principal }) => step('approve', request, principal),
    activateDataContract: (request, { principal }) => step('activate', request, principal),
    archiveDataContract: (request, { principal }) => step('archive', request, principal),
  };
}
