import type { ResourceOutcome, RunOutcome, RunReport } from './report.ts';

export type Operation = 'create' | 'update' | 'delete';
export type OperationOutcome = 'succeeded' | 'failed' | 'conflict';

/** What the loop tells of itself as it goes. */
export interface ReconcileMetrics {
  operation(operation: Operation, outcome: OperationOutcome): void;
  runStarted(startedAt: number): void;
  runFinished(report: RunReport): void;
}

interface Named<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly Label[];
}

type LabelValues = Readonly<Record<string, string>>;

/** The registry of `@ccd/service` fits, as does anything else that hands out instruments in the manner of prom-client. */
export interface MetricFactory {
  counter(options: Named<string>): { inc(labels: LabelValues, value: number): void };
  gauge(options: Named<string>): { set(labels: LabelValues, value: number): void };
  histogram(options: Named<string> & { readonly buckets: readonly number[] }): {
    observe(labels: LabelValues, value: number): void;
  };
}

const runOutcomes: readonly RunOutcome[] = ['succeeded', 'degraded', 'failed'];
const operations: readonly Operation[] = ['create', 'update', 'delete'];
const operationOutcomes: readonly OperationOutcome[] = ['succeeded', 'failed', 'conflict'];
const resourceOutcomes: readonly ResourceOutcome[] = [
  'created',
  'configured',
  'unchanged',
  'deleted',
  'withheld',
  'skipped',
  'conflict',
  'failed',
];

/**
 * The metrics `ccd_reconcile_*`, every series at zero from the start so that a first failure shows as an increase.
 * No label names a resource. One registry holds one reconciler.
 */
export function createReconcileMetrics(factory: MetricFactory): ReconcileMetrics {
  const gauge = (name: string, help: string) => {
    const instrument = factory.gauge({ name: `ccd_reconcile_${name}`, help, labels: [] });
    instrument.set({}, 0);
    return (value: number) => {
      instrument.set({}, value);
    };
  };
  const runs = factory.counter({
    name: 'ccd_reconcile_runs_total',
    help: 'Runs by outcome.',
    labels: ['outcome'],
  });
  const seconds = factory.histogram({
    name: 'ccd_reconcile_run_duration_seconds',
    help: 'How long a run takes, by outcome.',
    labels: ['outcome'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300],
  });
  const writes = factory.counter({
    name: 'ccd_reconcile_operations_total',
    help: 'Writes that were begun, by operation and outcome.',
    labels: ['operation', 'outcome'],
  });
  const resources = factory.gauge({
    name: 'ccd_reconcile_managed_resources',
    help: 'Resources by what became of them in the last run that could compare.',
    labels: ['outcome'],
  });
  const withheld = gauge(
    'withheld_deletions',
    'Deletions that wait for a release on the side of the customer.',
  );
  const attempted = gauge('last_attempt_timestamp_seconds', 'When the last run began.');
  const success = gauge('last_success_timestamp_seconds', 'When a run was last carried through.');
  const failures = gauge('consecutive_failures', 'Runs in a row that were not carried through.');
  const reachable = gauge(
    'controlplane_reachable',
    '1 while the control plane gives usable answers, else 0.',
  );

  for (const outcome of runOutcomes) runs.inc({ outcome }, 0);
  for (const operation of operations) {
    for (const outcome of operationOutcomes) writes.inc({ operation, outcome }, 0);
  }
  for (const outcome of resourceOutcomes) resources.set({ outcome }, 0);

  return {
    operation(operation, outcome) {
      writes.inc({ operation, outcome }, 1);
    },
    runStarted(startedAt) {
      attempted(startedAt / 1000);
    },
    runFinished(report) {
      const { outcome } = report;
      runs.inc({ outcome }, 1);
      seconds.observe({ outcome }, report.durationMs / 1000);
      failures(report.consecutiveFailures);
      reachable(report.controlPlane.reachable ? 1 : 0);
      if (report.lastSuccessAt !== undefined) success(report.lastSuccessAt / 1000);
      if (outcome === 'failed') return;
      withheld(report.held?.count ?? 0);
      // What waits for its next attempt has failed until then.
      const counts = Object.groupBy(
        report.resources,
        ({ outcome: of, lastAttempt }) => lastAttempt?.outcome ?? of,
      );
      for (const each of resourceOutcomes) resources.set({ outcome: each }, counts[each]?.length ?? 0);
    },
  };
}

/** Metrics for nobody. */
export const noMetrics: ReconcileMetrics = {
  operation() {},
  runStarted() {},
  runFinished() {},
};
