import { createBackoff } from './backoff.ts';
import type { DependsOn } from './carry-out.ts';
import type { Clock } from './clock.ts';
import { createExecutor } from './execute.ts';
import { createGuardKeeper } from './guard-keeper.ts';
import { createLoop } from './loop.ts';
import { createMemoryGuardRecordStore, createMemorySnapshotStore } from './memory-stores.ts';
import { noMetrics } from './metrics.ts';
import type { ReconcileMetrics } from './metrics.ts';
import { quietly } from './quietly.ts';
import type { RunReport } from './report.ts';
import type { RunParts } from './run.ts';
import { createRunner } from './runner.ts';
import { defaultSettings } from './settings.ts';
import type { ReconcilerSettings } from './settings.ts';
import { createSnapshotCache } from './snapshot-cache.ts';
import { systemClock } from './system-clock.ts';
import type {
  ActualSource,
  Applier,
  DesiredSource,
  Drift,
  GuardRecordStore,
  ReleaseSource,
  SnapshotStore,
} from './types.ts';

export interface ReconcilerOptions<Spec, Live> {
  /** The order of creation; deletion goes the other way. */
  readonly kinds: readonly string[];
  readonly desired: DesiredSource<Spec>;
  readonly actual: ActualSource<Live>;
  readonly applier: Applier<Spec, Live>;
  readonly drift?: Drift<Spec, Live>;
  /** Without it, a deletion waits for all deletions of later kinds. */
  readonly dependsOn?: DependsOn<Live>;
  /** Where the kept snapshot and the guard's record outlive the process; in memory where absent. */
  readonly snapshots?: SnapshotStore<Spec>;
  readonly guardRecords?: GuardRecordStore;
  readonly release?: ReleaseSource;
  /** Asked before each write, a lease for instance. A run that finds it false once writes nothing more. */
  readonly mayWrite?: () => boolean;
  readonly metrics?: ReconcileMetrics;
  /** Called after each run. What it throws is ignored. */
  readonly onReport?: (report: RunReport) => void;
  readonly settings?: Partial<ReconcilerSettings>;
  readonly clock?: Clock;
  /** A number from 0 up to 1. */
  readonly random?: () => number;
}

export interface Reconciler {
  /** One run, after the one under way if there is one. Never rejects: what went wrong is in the report. */
  runOnce(signal?: AbortSignal): Promise<RunReport>;
  /** Asks for a run soon. Requests made before it begins are met by one run. */
  readonly trigger: () => void;
  /** Begins to run at the interval. Once stopped, a reconciler stays so. */
  start(): void;
  /** Begins nothing new, waits for writes under way, and aborts them after `stopMs`. */
  stop(): Promise<void>;
  /** True, or why the loop counts as stuck. */
  readonly live: () => true | string;
  /** True once a run has been carried through since the start, or why none has. */
  readonly ready: () => true | string;
  lastReport(): RunReport | undefined;
}

/** Creates the loop over two whole lists. */
export function createReconciler<Spec, Live>(options: ReconcilerOptions<Spec, Live>): Reconciler {
  const {
    clock = systemClock,
    random = Math.random,
    metrics = noMetrics,
    mayWrite = () => true,
    onReport = () => {},
    snapshots = createMemorySnapshotStore<Spec>(),
    guardRecords = createMemoryGuardRecordStore(),
  } = options;
  const settings: ReconcilerSettings = { ...defaultSettings, ...options.settings };
  const backoff = createBackoff(clock, random);
  const parts: RunParts<Spec, Live> = {
    ...options,
    clock,
    settings,
    concurrency: settings.concurrency,
    storeMs: settings.storeMs,
    cache: createSnapshotCache(snapshots),
    keeper: createGuardKeeper({ clock, records: guardRecords, windowMs: settings.windowMs }),
    executor: createExecutor({
      clock,
      backoff,
      operationMs: settings.operationMs,
      onOperation: (operation, outcome) => {
        quietly(() => {
          metrics.operation(operation, outcome);
        });
      },
    }),
  };
  const runner = createRunner(parts, { random, backoff, mayWrite, metrics, onReport });
  return {
    ...createLoop(runner, clock, settings),
    lastReport: () => runner.lastReport(),
    ready() {
      const last = runner.lastReport();
      if (last?.lastSuccessAt !== undefined) return true;
      return last === undefined ? 'no run has ended yet' : `${last.reason}: ${last.message ?? 'no details'}`;
    },
  };
}
