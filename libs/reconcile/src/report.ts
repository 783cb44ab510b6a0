import type { UpdateCause } from './diff.ts';
import type { AllowReason, Doubt, HoldReason } from './guard.ts';
import type { ResourceKey, Revision } from './types.ts';

/** What became of one resource in a run. */
export type ResourceOutcome =
  | 'created'
  | 'configured'
  | 'unchanged'
  | 'deleted'
  /** It would have to go, and the guard keeps it. */
  | 'withheld'
  /** A change is due, and not now. */
  | 'skipped'
  /** A foreign object holds the name. */
  | 'conflict'
  | 'failed';

/** Stable PascalCase codes. An adapter's TerminalError and TransientError add codes of their own. */
export type ResourceReason =
  | 'Created'
  | 'AsDesired'
  | UpdateCause['reason']
  | AllowReason
  | HoldReason
  | SkipReason
  | 'ForeignObject'
  | 'ApplyFailed'
  | 'Refused'
  | 'DeadlineExceeded'
  | 'Interrupted'
  | (string & {});

export type SkipReason =
  | 'BackingOff'
  /** An earlier operation on the key has not come back yet. */
  | 'StillInProgress'
  /** What depends on it still lives. */
  | 'DependentsRemain'
  /** This process may not write now: it does not hold the lease. */
  | 'WriteGateClosed'
  /** The run was stopped, or ran out of time, before its turn. */
  | 'RunEnded';

export interface ResourceReport {
  readonly key: ResourceKey;
  readonly outcome: ResourceOutcome;
  readonly reason: ResourceReason;
  /** For a person: what the adapter or its drift check said. */
  readonly message?: string;
  /** When a failed or skipped change is due again, wall time in milliseconds; absent: with the next run. */
  readonly nextAttemptAt?: number;
  /** Of one that is backing off: how the last attempt ended. */
  readonly lastAttempt?: Required<Pick<ResourceReport, 'outcome' | 'reason' | 'message'>>;
}

/**
 * - `succeeded`: everything is as desired.
 * - `degraded`: the run was carried through; something failed, waits, conflicts or is withheld, or the control plane
 *   is out of reach and the cached snapshot had to do.
 * - `failed`: the run was not carried through.
 */
export type RunOutcome = 'succeeded' | 'degraded' | 'failed';

/** Stable PascalCase codes. */
export type RunReason =
  | 'Converged'
  | 'Changed'
  | 'WriteGateClosed'
  | 'DeletionsWithheld'
  | Doubt
  | 'ControlPlaneUnreachable'
  | 'ResourcesFailing'
  | 'ForeignObjects'
  | 'ResourcesWaiting'
  | 'FetchFailed'
  | 'ObserveFailed'
  | 'Interrupted'
  | 'DeadlineExceeded'
  | 'UnexpectedError';

/** Something that did not keep the run from being carried through, and that somebody should know. */
export interface RunWarning {
  readonly reason:
    | 'SnapshotUnreadable'
    | 'SnapshotNotSaved'
    | 'GuardRecordUnreadable'
    | 'GuardRecordNotSaved'
    | 'ReleaseUnreadable';
  readonly message: string;
}

/** Deletions that wait for a person, and the revision that would release them. */
export interface HeldDeletions {
  readonly revision: Revision;
  readonly reason: HoldReason;
  readonly count: number;
}

export interface RunReport {
  readonly runId: string;
  readonly outcome: RunOutcome;
  readonly reason: RunReason;
  readonly message?: string;
  /** Where the desired list came from; absent where there was none. */
  readonly source?: 'control-plane' | 'cache';
  /** The revision of that list, where it has one. */
  readonly revision?: Revision;
  readonly controlPlane: {
    readonly reachable: boolean;
    /** Fetches in a row that gave no usable answer. */
    readonly failures: number;
    readonly message?: string;
  };
  /** In the order of kinds, then of ids. Empty where the run failed before it could compare. */
  readonly resources: readonly ResourceReport[];
  readonly held?: HeldDeletions;
  readonly warnings: readonly RunWarning[];
  /** Wall times in milliseconds. */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly durationMs: number;
  /** When the next run is due, unless something triggers it earlier. */
  readonly nextAttemptAt: number;
  /** When a run was last carried through, this one included. */
  readonly lastSuccessAt?: number;
  /** Runs in a row that were not carried through. */
  readonly consecutiveFailures: number;
}

/** The words of anything thrown. Errors of Node itself belong to another realm under test: hence no instanceof. */
export function messageOf(error: unknown): string {
  if (
    typeof error === 'object' &&
    error !== null &&
    'message' in error &&
    typeof error.message === 'string'
  ) {
    return error.message;
  }
  return typeof error === 'string' ? error : 'unknown error';
}
