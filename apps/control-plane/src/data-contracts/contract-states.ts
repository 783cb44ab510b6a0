import type { ContractState } from '@ccd/contracts';
import { failedPrecondition } from '../rpc/status-error.ts';

export type ContractAction = 'review' | 'approve' | 'activate' | 'archive';

const steps: Readonly<
  Record<
    ContractAction,
    { readonly from: readonly ContractState[]; readonly to: ContractState; readonly done: string }
  >
> = {
  review: { from: ['DRAFT'], to: 'IN_REVIEW', done: 'be handed in for review' },
  approve: { from: ['IN_REVIEW'], to: 'APPROVED', done: 'be approved' },
  activate: { from: ['APPROVED', 'ARCHIVED'], to: 'ACTIVE', done: 'be activated' },
  archive: { from: ['ACTIVE'], to: 'ARCHIVED', done: 'be archived' },
};

/** The state after an action. @throws StatusError FAILED_PRECONDITION where the contract is not at that point */
export function nextState(ref: string, state: ContractState, action: ContractAction): ContractState {
  const { from, to, done } = steps[action];
  requireState(ref, state, from, done);
  return to;
}

const changeable: readonly ContractState[] = ['INCOMPLETE', 'DRAFT', 'IN_REVIEW'];

/** @throws StatusError FAILED_PRECONDITION from the approval on */
export function requireChangeable(ref: string, state: ContractState, done: string): void {
  requireState(ref, state, changeable, done);
}

function requireState(
  ref: string,
  state: ContractState,
  allowed: readonly ContractState[],
  done: string,
): void {
  if (allowed.includes(state)) return;
  throw failedPrecondition(
    `Data contract '${ref}' is ${state}; only one that is ${allowed.join(' or ')} can ${done}`,
  );
}
