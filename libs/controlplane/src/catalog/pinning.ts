import type { ContractDefinition, ContractState } from '@ccd/contracts';
import { hashSpec } from '../snapshot/hash-spec.ts';

/** A contract that we hold; `pin` is the digest of its content once that may not change any more. */
export interface HeldContract {
  readonly contract: ContractDefinition;
  readonly pin?: string;
}

export type Refusal = 'ContractChanged' | 'ContractGone';

export type Judgement =
  | { readonly take: HeldContract | undefined; readonly refused?: never }
  | { readonly take: HeldContract; readonly refused: Refusal };

/** From these states on the protocol lets nothing change but the state; before, a contract is still being written. */
const settled: Record<ContractState, boolean> = {
  DRAFT: false,
  IN_REVIEW: false,
  INCOMPLETE: false,
  APPROVED: true,
  ACTIVE: true,
  ARCHIVED: true,
};

/** Digest of everything in a contract but its state. */
export function digestContract({ state: _state, ...content }: ContractDefinition): string {
  return hashSpec(content);
}

/**
 * What to hold after the control plane answered `fresh`. A settled contract is pinned: an answer with another content
 * under the same reference, or none at all, is refused, so that no control plane can weaken what protects the data of
 * a contract in use. Its state follows.
 */
export function judgeAnswer(
  held: HeldContract | undefined,
  fresh: ContractDefinition | undefined,
): Judgement {
  if (held?.pin === undefined) return { take: fresh && hold(fresh) };
  if (fresh === undefined) return { take: held, refused: 'ContractGone' };
  if (digestContract(fresh) !== held.pin) return { take: held, refused: 'ContractChanged' };
  return { take: { contract: fresh, pin: held.pin } };
}

function hold(contract: ContractDefinition): HeldContract {
  return settled[contract.state] ? { contract, pin: digestContract(contract) } : { contract };
}
