import { createWorkloadResources } from '@ccd/cluster';
import {
  createStreamPlanner,
  createStreamResources,
  createTopicCollector,
  decrypterKind,
  dependsOn,
  shareLook,
  startAgent,
  streamSpecCodec,
  topicKind,
  topicsOf,
} from '@ccd/dataplane';
import type { AgentDependencies, clusterSettings, eventLogSettings, StreamLive } from '@ccd/dataplane';
import { createOwnedTopics } from '@ccd/eventlog';
import type { EventLog } from '@ccd/eventlog';
import type { RunningService } from '@ccd/service';
import type { StreamsAgentConfig } from './config.ts';

export const agentName = 'streams-agent';

export interface StreamsAgentDependencies extends AgentDependencies {
  readonly log: EventLog;
}

/** Starts the agent that keeps the topics and the decrypters of every stream. */
export async function startStreamsAgent(
  config: Omit<StreamsAgentConfig, keyof typeof clusterSettings | keyof typeof eventLogSettings>,
  { log, ...dependencies }: StreamsAgentDependencies,
): Promise<RunningService> {
  const { clock, cluster, controlPlane, logger } = dependencies;
  const leadership = cluster.lead(agentName);
  const topics = createOwnedTopics({
    log,
    installationId: config.STRM_INSTALLATION_ID,
    clock,
    graceMs: config.TOPIC_GRACE_HOURS * 60 * 60 * 1_000,
    mayWrite: leadership.isHeld,
  });
  const { planning, observing } = shareLook(cluster, clock);
  const decrypters = createWorkloadResources({
    cluster: observing,
    agent: agentName,
    labels: { 'ccd/installation': config.STRM_INSTALLATION_ID, 'ccd/agent': agentName },
    clock,
  }).workloads(decrypterKind);
  const collector = createTopicCollector({
    topics,
    logger,
    usedTopics: async () => (await cluster.listWorkloads({})).flatMap(topicsOf),
  });

  return startAgent({
    ...dependencies,
    name: agentName,
    leadership,
    component: 'STREAMS_AGENT',
    config,
    kinds: [topicKind, decrypterKind],
    plan: createStreamPlanner({
      controlPlane,
      cluster: planning,
      partitions: config.STRM_KAFKA_TOPIC_NUM_PARTITIONS,
      guardrailsFile: config.GUARDRAILS_FILE,
      deadLettersFile: config.DEAD_LETTERS_FILE,
    }),
    ...createStreamResources({ topics, decrypters }),
    dependsOn,
    codec: streamSpecCodec,
    statusOf: (live) => (live.kind === 'decrypter' ? live.workload.status : undefined),
    ...(config.REPORT_WORKER_LOGS && {
      workloadOf: (live: StreamLive) => (live.kind === 'decrypter' ? live.workload.name : undefined),
    }),
    onReport: collector.afterRun,
    components: [
      { name: 'topic-collector', stop: () => collector.stop() },
      { name: 'topics', stop: () => topics.close() },
    ],
  });
}
