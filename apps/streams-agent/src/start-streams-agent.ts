import { createWorkloadResources } from '@ccd/cluster';
import type { WorkloadSpec } from '@ccd/cluster';
import type { DesiredStream } from '@ccd/controlplane';
import {
  deadLetterTopicOf,
  loadDeadLetterDecisions,
  loadGuardrails,
  planResources,
  startAgent,
  topicsOf,
} from '@ccd/dataplane';
import type { AgentDependencies, AgentPlan, PlannedResource } from '@ccd/dataplane';
import { createOwnedTopics } from '@ccd/eventlog';
import type { EventLog, TopicSpec } from '@ccd/eventlog';
import type { Desired } from '@ccd/reconcile';
import type { RunningService } from '@ccd/service';
import type { StreamsAgentConfig } from './config.ts';
import { decrypterKind, decrypterName, planDecrypters } from './decrypters.ts';
import { forbiddenDerivations } from './forbidden.ts';
import { idleDecrypters } from './idle.ts';
import { perObject } from './per-object.ts';
import { createStreamResources, dependsOn, streamSpecCodec } from './resources.ts';
import type { StreamSpec } from './resources.ts';
import { createTopicCollector } from './topic-collector.ts';
import { planDeadLetterTopics, planTopics, topicKind } from './topics.ts';
import { undecidedDecrypters } from './undecided.ts';

export const agentName = 'streams-agent';

export interface StreamsAgentDependencies extends AgentDependencies {
  readonly log: EventLog;
}

/** Starts the agent that keeps the topics and the decrypters of every stream. */
export async function startStreamsAgent(
  config: Omit<
    StreamsAgentConfig,
    'CLUSTER_ENGINE' | 'CLUSTER_DIR' | 'APPS_DIR' | 'EVENTLOG_ENGINE' | 'EVENTLOG_SOCKET'
  >,
  { log, ...dependencies }: StreamsAgentDependencies,
): Promise<RunningService> {
  const { clock, cluster, controlPlane, logger } = dependencies;
  const topics = createOwnedTopics({
    log,
    installationId: config.STRM_INSTALLATION_ID,
    clock,
    graceMs: config.TOPIC_GRACE_HOURS * 60 * 60 * 1_000,
  });
  const decrypters = createWorkloadResources({
    cluster,
    agent: agentName,
    labels: { 'ccd/installation': config.STRM_INSTALLATION_ID, 'ccd/agent': agentName },
  }).workloads(decrypterKind);
  const collector = createTopicCollector({
    topics,
    logger,
    usedTopics: async () => (await cluster.listWorkloads({})).flatMap(topicsOf),
  });

  type Streams = readonly Desired<DesiredStream>[];
  const topicsFor = perObject((streams: Streams) =>
    planTopics(streams, config.TOPIC_PARTITIONS).map(asTopic),
  );
  const decryptersFor = perObject((streams: Streams) => planDecrypters(streams).map(asDecrypter));

  async function plan(signal: AbortSignal): Promise<AgentPlan<StreamSpec>> {
    const guardrails = await loadGuardrails(config.GUARDRAILS_FILE);
    const decisions = await loadDeadLetterDecisions(config.DEAD_LETTERS_FILE);
    const answer = await controlPlane.desiredStreams(signal);
    const { allowed, refused, idle } = forbiddenDerivations(answer.items, guardrails);
    const live = await cluster.listWorkloads({});
    const rejected = undecidedDecrypters(answer, live);
    const undecided = new Set(rejected.map(({ key }) => key.id));
    const planned = planResources<DesiredStream, StreamSpec>(answer, {
      toResources: (streams) => [
        ...topicsFor(streams),
        ...planDeadLetterTopics(streams, decisions).map(asTopic),
        ...decryptersFor(allOr(streams, allowed)).filter(({ desired }) => !undecided.has(desired.key.id)),
      ],
      keysOf: ({ kind, id }) =>
        kind === 'key-stream'
          ? [{ kind: topicKind, id: `keys-${id}` }]
          : [
              { kind: topicKind, id: `stream-${id}` },
              { kind: topicKind, id: deadLetterTopicOf(id) },
              { kind: decrypterKind, id: decrypterName(id) },
            ],
    });
    return {
      ...planned,
      refused,
      rejected: [...planned.rejected, ...rejected],
      removed: [...planned.removed, ...idle, ...idleDecrypters(answer, live)],
    };
  }

  return startAgent({
    ...dependencies,
    name: agentName,
    component: 'STREAMS_AGENT',
    config,
    kinds: [topicKind, decrypterKind],
    plan,
    ...createStreamResources({ topics, decrypters }),
    dependsOn,
    codec: streamSpecCodec,
    statusOf: (live) => (live.kind === 'decrypter' ? live.workload.status : undefined),
    onReport: collector.afterRun,
    components: [
      { name: 'topic-collector', stop: () => collector.stop() },
      { name: 'topics', stop: () => topics.close() },
    ],
  });
}

/** What passes; the very same list where everything does. */
function allOr<Item>(items: readonly Item[], passes: (item: Item) => boolean): readonly Item[] {
  const passing = items.filter(passes);
  return passing.length === items.length ? items : passing;
}

const asTopic = ({ desired, ...rest }: PlannedResource<TopicSpec>): PlannedResource<StreamSpec> => ({
  ...rest,
  desired: { ...desired, spec: { kind: 'topic', topic: desired.spec } },
});

const asDecrypter = ({ desired, ...rest }: PlannedResource<WorkloadSpec>): PlannedResource<StreamSpec> => ({
  ...rest,
  desired: { ...desired, spec: { kind: 'decrypter', workload: desired.spec } },
});
