import { randomUUID } from 'node:crypto';
import { backoffMs, longestBackoffMs, spreadInterval } from './backoff.ts';
import type { Backoff } from './backoff.ts';
import { DeadlineExceededError } from './errors.ts';
import type { RunLimits } from './execute.ts';
import { toKeySet } from './key-map.ts';
import type { ReconcileMetrics } from './metrics.ts';
import { quietly } from './quietly.ts';
import type { RunReport } from './report.ts';
import { run } from './run.ts';
import type { RunParts, RunResult } from './run.ts';

export interface RunnerOptions {
  readonly random: () => number;
  readonly backoff: Backoff;
  readonly mayWrite: () => boolean;
  readonly metrics: ReconcileMetrics;
  readonly onReport: (report: RunReport) => void;
}

export interface Runner {
  /** One run under its deadline, counted and reported. Never rejects; never called twice at once. */
  perform(limits: Omit<RunLimits, 'mayWrite'>): Promise<RunReport>;
  lastReport(): RunReport | undefined;
}

/** Puts single runs into their history. */
export function createRunner<Spec, Live>(
  parts: RunParts<Spec, Live>,
  { random, backoff, mayWrite, metrics, onReport }: RunnerOptions,
): Runner {
  const { clock, settings } = parts;
  let wasWriter = false;
  let failures = 0;
  let fetchFailures = 0;
  let lastSuccessAt: number | undefined;
  let last: RunReport | undefined;

  async function underDeadline({ begin, work }: Omit<RunLimits, 'mayWrite'>): Promise<RunResult> {
    const deadline = new AbortController();
    const done = new AbortController();
    clock.sleep(settings.runMs, done.signal).then(
      () => {
        deadline.abort(new DeadlineExceededError('run', settings.runMs));
      },
      () => {},
    );
    // Another process may have written while this one could not: what it holds in memory may be old, so that it
    // reads again when it may write again, and writes nothing more in a run during which it could not.
    let writer = mayWrite();
    const reload = writer && !wasWriter;
    try {
      return await run(
        parts,
        {
          begin: AbortSignal.any([begin, deadline.signal]),
          work: AbortSignal.any([work, deadline.signal]),
          mayWrite: () => (writer &&= mayWrite()),
        },
        reload,
      );
    } finally {
      wasWriter = writer;
      done.abort();
      // Signals made by AbortSignal.any live as long as a source of theirs may still abort.
      deadline.abort();
    }
  }

  function delayAfter({ told: { outcome, resources }, contact, retryAfterMs = 0 }: RunResult): number {
    const interval = spreadInterval(settings.intervalMs, random());
    const troubles = Math.max(failures, fetchFailures);
    const pause = troubles > 0 ? backoffMs(troubles, random(), interval) : interval;
    const due = resources.flatMap(({ nextAttemptAt }) => nextAttemptAt ?? []);
    const earliest = outcome === 'failed' ? Infinity : Math.min(...due) - clock.now();
    const alone = Math.min(Math.max(retryAfterMs, contact.retryAfterMs ?? 0), longestBackoffMs);
    return Math.max(Math.min(pause, earliest), alone, settings.gapMs);
  }

  return {
    lastReport: () => last,

    async perform(limits) {
      const [startedAt, startedOn] = [clock.now(), clock.monotonic()];
      quietly(() => {
        metrics.runStarted(startedAt);
      });
      const result = await underDeadline(limits);
      const { told, contact } = result;
      const finishedAt = clock.now();
      const carriedThrough = told.outcome !== 'failed';
      failures = carriedThrough ? 0 : failures + 1;
      if (contact.reachable !== undefined) fetchFailures = contact.reachable ? 0 : fetchFailures + 1;
      if (carriedThrough) {
        lastSuccessAt = finishedAt;
        const undone = told.resources.filter(({ outcome }) =>
          ['failed', 'skipped', 'conflict'].includes(outcome),
        );
        backoff.retain(toKeySet(undone.map(({ key }) => key)));
      }
      const report: RunReport = {
        runId: randomUUID(),
        ...told,
        controlPlane: {
          reachable: fetchFailures === 0 && (contact.reachable ?? last?.controlPlane.reachable ?? false),
          failures: fetchFailures,
          ...(contact.message !== undefined && { message: contact.message }),
        },
        startedAt,
        finishedAt,
        durationMs: clock.monotonic() - startedOn,
        nextAttemptAt: finishedAt + delayAfter(result),
        ...(lastSuccessAt !== undefined && { lastSuccessAt }),
        consecutiveFailures: failures,
      };
      last = report;
      quietly(() => {
        metrics.runFinished(report);
      });
      quietly(() => {
        onReport(report);
      });
      return report;
    },
  };
}
