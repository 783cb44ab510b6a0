import { createWorkloadResources } from '@ccd/cluster';
import {
  createStreamPlanner,
  createStreamResources,
  createTopicCollector,
  decrypterKind,
  dependsOn,
  startAgent,
  streamSpecCodec,
  topicKind,
  topicsOf,
} from '@ccd/dataplane';
import type { AgentDependencies, eventLogSettings } from '@ccd/dataplane';
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
  config: Omit<
    StreamsAgentConfig,
    'CLUSTER_ENGINE' | 'CLUSTER_DIR' | 'APPS_DIR' | keyof typeof eventLogSettings
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

  return startAgent({
    ...dependencies,
    name: agentName,
    component: 'STREAMS_AGENT',
    config,
    kinds: [topicKind, decrypterKind],
    plan: createStreamPlanner({
      controlPlane,
      cluster,
      partitions: config.STRM_KAFKA_TOPIC_NUM_PARTITIONS,
      guardrailsFile: config.GUARDRAILS_FILE,
      deadLettersFile: config.DEAD_LETTERS_FILE,
    }),
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
