import type { Clock } from './clock.ts';
import type { Batch, Desired } from './types.ts';
import { withDeadline } from './with-deadline.ts';

export interface BatchOptions<Spec> {
  readonly batch: Batch<Spec> | undefined;
  readonly creating: readonly Desired<Spec>[];
  readonly clock: Clock;
  /** For its beginning, and for its end. */
  readonly ms: number;
  readonly parent: AbortSignal;
}

/** Does the work within a batch; without one where there is none, or it cannot begin. */
export async function inBatch<Spec>(
  { batch, creating, clock, ms, parent }: BatchOptions<Spec>,
  work: () => Promise<void>,
): Promise<void> {
  const within = (step: string, part: (signal: AbortSignal) => Promise<void>): Promise<void> =>
    withDeadline(clock, { step, ms, parent }, part).catch(() => {});
  if (batch !== undefined) await within('batch', (signal) => batch.begin(creating, signal));
  await work();
  if (batch !== undefined) await within('batch', (signal) => batch.end(signal));
}
