import type { Clock } from '@ccd/reconcile';
import type { Guardrails } from './guardrails.ts';
import { loadGuardrails } from './guardrails.ts';

/** The work is more than the customer lets a control plane ask for. */
export class BeyondGuardrailsError extends Error {
  override readonly name = 'BeyondGuardrailsError';
}

export interface KeepWithinOptions {
  /** The customer's file, if there is one. */
  readonly file: string | undefined;
  /** Why the work is beyond the guardrails; undefined where it is within. */
  readonly refuse: (guardrails: Guardrails) => string | undefined;
  readonly clock: Clock;
  /** How soon the work notices that the file has changed. @default 10 000 ms */
  readonly everyMs?: number;
}

/**
 * Work that is done only while it is within the guardrails: looked at before it begins and at intervals. Agents look as
 * well; a worker that looks for itself holds even where its agent was deceived.
 * @throws BeyondGuardrailsError, GuardrailsUnreadableError, or what the work throws
 */
export async function keepWithin(
  { file, refuse, clock, everyMs = 10_000 }: KeepWithinOptions,
  work: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  async function check(): Promise<void> {
    const refusal = refuse(await loadGuardrails(file));
    if (refusal !== undefined) throw new BeyondGuardrailsError(refusal);
  }

  await check();
  if (file === undefined) return work(signal);
  const over = new AbortController();
  const beyond = new AbortController();
  const watching = (async () => {
    const watch = AbortSignal.any([over.signal, signal]);
    for (;;) {
      await clock.sleep(everyMs, watch);
      await check();
    }
  })().catch((error: unknown) => {
    if (!over.signal.aborted && !signal.aborted) beyond.abort(error);
  });
  try {
    await work(AbortSignal.any([signal, beyond.signal]));
  } finally {
    over.abort();
    await watching;
  }
  if (beyond.signal.aborted) throw beyond.signal.reason;
}
