import { DeadlineExceededError, withDeadline } from '@ccd/reconcile';
import type { Clock } from '@ccd/reconcile';
import { ControlPlaneUnavailableError } from '../errors.ts';

export interface QuestionLimits {
  /** What is asked for, as the error names it. */
  readonly subject: string;
  readonly clock: Clock;
  readonly ms: number;
  readonly parent: AbortSignal;
}

/**
 * Asks the control plane, which counts as away where it takes longer than `ms`.
 * @throws ControlPlaneUnavailableError, the parent's reason, or what the question throws
 */
export async function askInTime<T>(
  { subject, clock, ms, parent }: QuestionLimits,
  question: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await withDeadline(clock, { step: 'an answer', ms, parent }, question);
  } catch (error) {
    if (!(error instanceof DeadlineExceededError)) throw error;
    throw new ControlPlaneUnavailableError(subject, 'DEADLINE_EXCEEDED', error.message);
  }
}
