import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { systemClock } from '@ccd/reconcile';
import type { Clock } from '@ccd/reconcile';
import { ClusterUnavailableError } from '../errors.ts';
import { createOneAtATime } from '../one-at-a-time.ts';
import type { AgentState, Cluster, Leadership } from '../port.ts';
import { createWatchers } from '../watchers.ts';
import { createApiClient } from './client/api-client.ts';
import { createObjectClient } from './client/object-client.ts';
import { configMaps, deployments, jobs, pods, toSelector } from './client/resources.ts';
import { createTransport } from './client/transport.ts';
import type { Connection } from './connection/connection.ts';
import { createLeadership } from './lease/leadership.ts';
import { createLeasePort } from './lease/lease-port.ts';
import type { ElectionTimes } from './lease/election.ts';
import { markerLabels } from './secrets/marker.ts';
import { createSecrets } from './secrets/secrets.ts';
import { askReady } from './status/ask-ready.ts';
import type { AskReady } from './status/ask-ready.ts';
import { createPodReasons } from './status/pod-reasons.ts';
import { createReadLog } from './status/read-log.ts';
import { openConfigMapDocuments } from './state/config-map-documents.ts';
import { adminPort } from './template/pod-template.ts';
import { workloadLabel } from './template/marks.ts';
import type { WorkloadTemplate } from './template/template-schema.ts';
import { kindOf, toAppliedDigest, toAppliedSpec } from './template/workload-manifest.ts';
import { createHints } from './watch/hints.ts';
import { createWatches } from './watch/watches.ts';
import { createWorkloads } from './workloads.ts';
import type { WorkloadSpec } from '../port.ts';

export interface KubernetesClusterOptions {
  readonly connection: Connection;
  readonly namespace: string;
  /** What pods are made from, and of which apps. */
  readonly template: WorkloadTemplate;
  /** Variables of every workload. They can be read by whoever may read Deployments: no secret belongs into them. */
  readonly baseEnv?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  /** For one call with all of its attempts. */
  readonly callMs?: number;
  /** How long a removal waits for pods to end; whoever asked for it does nothing else meanwhile. */
  readonly removalMs?: number;
  readonly electionTimes?: ElectionTimes;
  /** How pods are asked why they are not ready. */
  readonly askPod?: AskReady;
}

/** One namespace of Kubernetes. Nothing is asked of the API server before the first call. */
export function connectKubernetesCluster(options: KubernetesClusterOptions): Cluster {
  const { connection, namespace, template, baseEnv = {}, clock = systemClock } = options;
  const { callMs = 20_000, removalMs = 5_000 } = options;
  const transport = createTransport(connection, clock);
  const leaderships = new Map<string, Leadership>();
  const mayWrite = (): boolean => [...leaderships.values()].every((leadership) => leadership.isHeld());
  const closing = new AbortController();
  const api = createApiClient({ transport, clock, mayWrite, deadlineMs: callMs, closing: closing.signal });
  const objects = createObjectClient(api, namespace);
  const reasonsOf = createPodReasons({ clock, ask: options.askPod ?? askReady, port: adminPort });
  const watchers = createWatchers();
  const hints = createHints(clock, watchers.notify);
  const watches = createWatches({ transport, namespace, clock, onHint: hints.hint });
  // What pods say of times is by the clocks of their cluster.
  const clusterClock: Clock = {
    now: () => transport.now(),
    monotonic: () => clock.monotonic(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
  };
  const workloads = createWorkloads({
    objects,
    pods: { template, baseEnv },
    viewOf: (resource, labelSelector) => watches.viewOf(resource, labelSelector),
    reasonsOf,
    clock: clusterClock,
    removalMs,
  });
  const secrets = createSecrets({ objects, clock });
  const states = new Map<string, AgentState>();
  const oneAtATime = createOneAtATime();
  const timed = async <T>(work: () => Promise<T>): Promise<T> => {
    const start = clock.monotonic();
    const result = await work();
    hints.took(clock.monotonic() - start);
    return result;
  };
  /** Also one that failed may have been carried out. */
  const writing = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      const result = await work();
      hints.hint();
      return result;
    } finally {
      watches.wrote();
    }
  };

  return {
    digestOf: (spec) => toAppliedDigest(toAppliedSpec(spec)),
    async listWorkloads(labels, asOf = 'now') {
      const all = await timed(() => workloads.list(labels, asOf));
      // What has been listed is watched from then on: an agent may see what its role lets it list.
      for (const app of Object.keys(template.apps) as WorkloadSpec['app'][])
        watches.begin(kindOf(app) === 'Job' ? jobs : deployments);
      if (Object.keys(template.apps).length > 0) {
        watches.begin(pods, workloadLabel);
        watches.begin(configMaps, workloadLabel);
      }
      return all;
    },
    createWorkload: (spec) => oneAtATime(spec.name, () => writing(() => workloads.create(spec))),
    updateWorkload: (spec, uid, kept) =>
      oneAtATime(spec.name, () => writing(() => workloads.update(spec, uid, kept))),
    removeWorkload: (name, uid, kept) =>
      oneAtATime(name, () => writing(() => workloads.remove(name, uid, kept))),
    readLog: createReadLog({ objects, transport, namespace }),

    async listSecrets(labels) {
      const all = await secrets.list(labels);
      watches.begin(configMaps, toSelector(markerLabels));
      return all;
    },
    findSecret: secrets.find,
    createSecret: (spec) => writing(() => secrets.create(spec)),
    updateSecret: (spec, uid, kept) => writing(() => secrets.update(spec, uid, kept)),
    removeSecret: (name, uid, kept) => writing(() => secrets.remove(name, uid, kept)),

    watch: watchers.add,
    agentState(agent) {
      const state = states.get(agent) ?? openConfigMapDocuments(objects, agent, namespace);
      states.set(agent, state);
      return state;
    },
    lead(agent) {
      const known = leaderships.get(agent);
      if (known) return known;
      const leadership = createLeadership({
        port: createLeasePort(transport, namespace, agent),
        name: agent,
        identity: `${hostname()}_${randomUUID()}`,
        clock,
        ...(options.electionTimes && { times: options.electionTimes }),
      });
      leaderships.set(agent, leadership);
      return leadership;
    },
    async close() {
      watchers.clear();
      hints.close();
      await watches.stop();
      await Promise.all([...leaderships.values()].map((leadership) => leadership.stop()));
      closing.abort(new ClusterUnavailableError('the connection to the API server was closed'));
      transport.close();
    },
  };
}
