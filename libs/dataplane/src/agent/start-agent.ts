import { createGuardRecordStore, createReleaseSource, createSnapshotStore } from '@ccd/cluster';
import type { Cluster, Leadership, SpecCodec } from '@ccd/cluster';
import { createStateReporter } from '@ccd/controlplane';
import type { ComponentType, ControlPlane, OwnState } from '@ccd/controlplane';
import { createReconciler, createReconcileMetrics } from '@ccd/reconcile';
import type {
  ActualSource,
  Applier,
  Clock,
  DependsOn,
  Desired,
  DesiredSnapshot,
  Drift,
  Observed,
  ResourceKey,
  RunReport,
} from '@ccd/reconcile';
import type { Component, Logger, RunningService } from '@ccd/service';
import { createAdminServer, createHealth, createMetrics, errorFields, startService } from '@ccd/service';
import type { AgentPlan, RefusedResource } from './agent-plan.ts';
import { createEntityReports } from './entity-reports.ts';
import type { LiveStatus } from './entity-states.ts';
import { logRun } from './log-run.ts';
import { toOwnState } from './own-state.ts';
import { linesToRead, toReportedLines } from './worker-log.ts';
import { createTurnLog, turnOf } from './turn.ts';
import { createStableList } from '../same-items.ts';
import { toInstanceId } from '../settings.ts';
import type { AgentConfig } from './settings.ts';

/** What an agent stands on; whoever made it closes it. */
export interface AgentDependencies {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly controlPlane: ControlPlane;
  readonly cluster: Cluster;
}

export interface AgentOptions<Spec, Live> extends AgentDependencies {
  readonly name: string;
  readonly component: ComponentType;
  readonly config: AgentConfig;
  /** Whether it is this agent's turn to write, where others have to ask for that too. @default that of the cluster */
  readonly leadership?: Leadership;
  /** The order of creation. */
  readonly kinds: readonly string[];
  /** Fetches what should exist. */
  readonly plan: (signal: AbortSignal) => Promise<AgentPlan<Spec>>;
  readonly actual: ActualSource<Live>;
  readonly applier: Applier<Spec, Live>;
  readonly drift: Drift<Spec, Live>;
  readonly dependsOn?: DependsOn<Live>;
  readonly codec: SpecCodec<Spec>;
  /** How a live resource fares; undefined for one that cannot fail by itself. */
  readonly statusOf: (live: Live) => LiveStatus | undefined;
  /** The workload whose log says more of a resource that fails. Only where logs are to be reported. */
  readonly workloadOf?: (live: Live) => string | undefined;
  readonly onReport?: (report: RunReport) => void;
  /** Further parts of the service, started first. */
  readonly components?: readonly Component[];
}

/** Runs an agent: the loop, what it keeps in the cluster, what it tells the control plane, health and metrics. */
export async function startAgent<Spec, Live>(options: AgentOptions<Spec, Live>): Promise<RunningService> {
  const { name, config, cluster, clock, logger, controlPlane } = options;
  const health = createHealth();
  const metrics = createMetrics();
  const state = cluster.agentState(name);
  const leadership = options.leadership ?? cluster.lead(name);
  let refused: readonly RefusedResource[] = [];
  let observed: readonly Observed<Live>[] = [];
  let told: OwnState = { state: 'RUNNING', message: '' };
  const reporter = createStateReporter({
    controlPlane,
    clock,
    component: options.component,
    instanceId: toInstanceId(config),
    onProblem: ({ kind }) => {
      logger.warn({ kind }, 'a state could not be reported');
    },
  });

  const lease = createTurnLog(logger);
  const stableItems = createStableList<Desired<Spec>>();
  const entities = createEntityReports<Live>({
    reporter,
    statusOf: options.statusOf,
    logOf(live) {
      const workload = options.workloadOf?.(live);
      return workload === undefined ? undefined : (signal) => readLog(workload, signal);
    },
  });

  const reconciler = createReconciler<Spec, Live>({
    kinds: options.kinds,
    desired: { fetch: async (signal) => remember(await options.plan(signal)) },
    actual: {
      async observe(signal) {
        observed = await options.actual.observe(signal);
        return observed;
      },
    },
    applier: options.applier,
    drift: options.drift,
    ...(options.dependsOn && { dependsOn: options.dependsOn }),
    snapshots: createSnapshotStore(state, options.codec),
    guardRecords: createGuardRecordStore(state),
    release: createReleaseSource(state),
    metrics: createReconcileMetrics(metrics),
    settings: { intervalMs: config.POLL_INTERVAL_MS },
    mayWrite: () => leadership.isHeld(),
    clock,
    onReport: (report) => {
      const turn = turnOf(leadership);
      lease.noteTurn(turn);
      reportOwn(toOwnState(report, turn));
      // Of two replicas, the one that only looks on has nothing to say of resources, but that it cannot look.
      if (turn.is === 'ours' || report.outcome === 'failed') logRun(logger, report);
      if (turn.is !== 'ours') return;
      entities.run(report, observed);
      options.onReport?.(report);
    },
  });

  function remember(plan: AgentPlan<Spec>): DesiredSnapshot<Spec> {
    const { resources, refused: beyond, ...answer } = plan;
    entities.plan(plan);
    const before = new Set(refused.map(({ key }) => textOf(key)));
    for (const { key, message } of beyond.filter((each) => !before.has(textOf(each.key)))) {
      logger.warn({ resource: textOf(key), detail: message }, 'the guardrails forbid what is asked for');
    }
    refused = beyond;
    return { ...answer, items: stableItems(resources.map(({ desired }) => desired)) };
  }

  async function readLog(workload: string, signal: AbortSignal): Promise<readonly string[]> {
    try {
      return toReportedLines(await cluster.readLog(workload, linesToRead, signal));
    } catch (error) {
      logger.warn({ workload, error: errorFields(error) }, 'the log of a worker cannot be read');
      return [];
    }
  }

  function reportOwn(own: OwnState): void {
    if (own.state === told.state && own.message === told.message) return;
    told = own;
    reporter.own(own);
  }

  health.addReady('lease', () => {
    const turn = turnOf(leadership);
    return turn.is === 'unknown' ? turn.why : true;
  });
  let unwatch = () => {};
  let unfollow = () => {};
  return startService({
    name,
    logger,
    health,
    components: [
      createAdminServer({ host: config.ADMIN_HOST, port: config.ADMIN_PORT, health, metrics, logger }),
      ...(options.components ?? []),
      {
        name: 'state-reporter',
        start: async () => {
          reporter.start();
        },
        stop: () => reporter.stop(),
      },
      {
        name: 'reconciler',
        start: async () => {
          reconciler.start();
          unwatch = cluster.watch(reconciler.trigger);
          unfollow = leadership.onChange(reconciler.trigger);
        },
        stop: async () => {
          unwatch();
          unfollow();
          await reconciler.stop();
          // Last: the next replica begins at once.
          await leadership.stop();
        },
        ready: reconciler.ready,
        live: reconciler.live,
      },
    ],
  });
}

const textOf = ({ kind, id }: ResourceKey): string => `${kind}/${id}`;
