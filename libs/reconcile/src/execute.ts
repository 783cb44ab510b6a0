import type { Backoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import { DeadlineExceededError, ForeignObjectError, TerminalError, TransientError } from './errors.ts';
import { KeyMap } from './key-map.ts';
import type { Operation, OperationOutcome } from './metrics.ts';
import { messageOf } from './report.ts';
import type { ResourceOutcome, ResourceReason, ResourceReport, SkipReason } from './report.ts';
import type { ResourceKey } from './types.ts';
import { withDeadline } from './with-deadline.ts';

/** One change of one resource, ready to be carried out. */
export interface Task {
  readonly key: ResourceKey;
  readonly operation: Operation;
  /** What the backoff is bound to: the desired hash, or '' for a deletion. */
  readonly hash: string;
  /** What to report when it has been done. */
  readonly done: {
    readonly outcome: ResourceOutcome;
    readonly reason: ResourceReason;
    readonly message?: string;
  };
  apply(signal: AbortSignal): Promise<void>;
}

/** What bounds a run from outside. */
export interface RunLimits {
  /** Aborts when nothing new may begin. */
  readonly begin: AbortSignal;
  /** Aborts when what is under way has to end too. */
  readonly work: AbortSignal;
  /** Whether this process may write now; asked before each write. */
  readonly mayWrite: () => boolean;
}

export interface ExecutorOptions {
  readonly clock: Clock;
  readonly backoff: Backoff;
  readonly operationMs: number;
  readonly onOperation: (operation: Operation, outcome: OperationOutcome) => void;
}

export interface Executor {
  /** Whether the task would begin now. */
  isDue(task: Task, limits: RunLimits): boolean;
  /** Carries out one task at most once at a time per key, and never throws. */
  execute(task: Task, limits: RunLimits): Promise<ResourceReport>;
}

export function createExecutor({ clock, backoff, operationMs, onOperation }: ExecutorOptions): Executor {
  /** Operations that their adapter has not settled, possibly since an earlier run. */
  const inFlight = new KeyMap<true>();

  const wallTime = (monotonic: number): number => clock.now() + Math.max(monotonic - clock.monotonic(), 0);

  function whyNot({ key, hash }: Task, { begin, work, mayWrite }: RunLimits): SkipReason | undefined {
    if (begin.aborted || work.aborted) return 'RunEnded';
    if (inFlight.has(key)) return 'StillInProgress';
    if (backoff.waiting(key, hash) !== undefined) return 'BackingOff';
    return mayWrite() ? undefined : 'WriteGateClosed';
  }

  async function apply(task: Task, signal: AbortSignal): Promise<void> {
    inFlight.set(task.key, true);
    try {
      await task.apply(signal);
    } finally {
      inFlight.delete(task.key);
    }
  }

  function failure({ key, hash, operation }: Task, error: unknown, work: AbortSignal): ResourceReport {
    const message = messageOf(error);
    const interrupted = work.aborted && !(work.reason instanceof DeadlineExceededError);
    if (interrupted) {
      onOperation(operation, 'failed');
      return { key, outcome: 'failed', reason: 'Interrupted', message };
    }
    const conflict = error instanceof ForeignObjectError;
    onOperation(operation, conflict ? 'conflict' : 'failed');
    const told = { outcome: conflict ? 'conflict' : 'failed', reason: reasonOf(error), message } as const;
    const kind = {
      terminal: error instanceof TerminalError,
      ...(error instanceof TransientError && {
        retryAfterMs: error.retryAfterMs,
        longestMs: error.longestBackoffMs,
      }),
    };
    return { key, ...told, nextAttemptAt: wallTime(backoff.failed(key, hash, kind, told)) };
  }

  async function execute(task: Task, limits: RunLimits): Promise<ResourceReport> {
    const { key, hash, operation, done } = task;
    const skip = whyNot(task, limits);
    if (skip !== undefined) {
      const waiting = skip === 'BackingOff' ? backoff.waiting(key, hash) : undefined;
      return {
        key,
        outcome: 'skipped',
        reason: skip,
        ...(waiting && { nextAttemptAt: wallTime(waiting.dueAt) }),
        ...(waiting?.told && { lastAttempt: waiting.told }),
      };
    }
    try {
      const within = { step: operation, ms: operationMs, parent: limits.work };
      await withDeadline(clock, within, (signal) => apply(task, signal));
    } catch (error) {
      return failure(task, error, limits.work);
    }
    backoff.succeeded(key);
    onOperation(operation, 'succeeded');
    return { key, ...done };
  }

  return { isDue: (task, limits) => whyNot(task, limits) === undefined, execute };
}

function reasonOf(error: unknown): ResourceReason {
  if (error instanceof ForeignObjectError) return 'ForeignObject';
  if (error instanceof DeadlineExceededError) return 'DeadlineExceeded';
  if (error instanceof TerminalError || error instanceof TransientError) return error.reason;
  return 'ApplyFailed';
}
