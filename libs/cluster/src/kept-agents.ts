import type { GuardRecord, Revision } from '@ccd/reconcile';
import type { AgentState } from './port.ts';
import { createGuardRecordStore, createReleaseSource } from './resources/documents.ts';

/** What an agent has followed, what it withholds, and what a person has released for it. */
export interface KeptAgent {
  readonly name: string;
  readonly accepted?: Revision;
  readonly withheld?: Revision;
  readonly released?: Revision;
}

/** The agents of a cluster by what they keep in it, for a person who looks after them. */
export interface KeptAgents {
  /** By their names, in order. @throws ClusterUnavailableError, DeniedError, UnreadableDocumentError */
  list(signal: AbortSignal): Promise<readonly KeptAgent[]>;
  /**
   * Leaves a person's release of exactly one revision, in place of an earlier one.
   * @throws ConflictError where there is no such agent, ClusterUnavailableError, DeniedError
   */
  release(agent: string, revision: Revision): Promise<void>;
  close(): void;
}

export async function readKeptAgent(
  name: string,
  state: AgentState,
  signal: AbortSignal,
): Promise<KeptAgent> {
  const [record, released] = await Promise.all([
    createGuardRecordStore(state).load(signal),
    createReleaseSource(state).released(signal),
  ]);
  return {
    name,
    ...revisionsOf(record),
    ...(released !== undefined && { released }),
  };
}

const revisionsOf = (record: GuardRecord | undefined): Pick<KeptAgent, 'accepted' | 'withheld'> => ({
  ...(record?.accepted !== undefined && { accepted: record.accepted.revision }),
  ...(record?.withheld !== undefined && { withheld: record.withheld.revision }),
});
