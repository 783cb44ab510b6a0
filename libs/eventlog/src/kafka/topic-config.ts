import { ConfigSources } from '@platformatic/kafka';
import type { TopicConfig } from '../port.ts';

/** Two settings of a topic are ours; whatever else an operator sets is never read or written. */
export const ownedConfigs = ['cleanup.policy', 'retention.ms'];
const forEver = '-1';

/** What is written: a topic without a retention keeps its records, whatever the brokers' default is. */
export function toKafkaConfig({ cleanup, retentionMs }: TopicConfig): { name: string; value: string }[] {
  return [
    { name: 'cleanup.policy', value: cleanup },
    { name: 'retention.ms', value: retentionMs === undefined ? forEver : String(retentionMs) },
  ];
}

/** Of how many replicas on it is taken to be wanted that one may be lost without a loss. */
const replicasWithASpare = 3;

/**
 * What a new topic gets beside that, once: operators may change it. Brokers acknowledge a record (`acks=all`) when so many
 * replicas have it; their own default is one, whose loss then loses what was accepted.
 * @param replicas undefined where that is left to the brokers, as this is then
 */
export function minInsyncConfig(
  replicas: number | undefined,
  minInsyncReplicas: number | undefined,
): { name: string; value: string }[] {
  const spare = replicas !== undefined && replicas >= replicasWithASpare ? 2 : undefined;
  const least = minInsyncReplicas ?? spare;
  return least === undefined ? [] : [{ name: 'min.insync.replicas', value: String(least) }];
}

/**
 * What a topic's settings mean. 'compact,delete' is told as compaction with a retention, which is nothing that anybody
 * asks for here, so that it shows as drift: such a topic loses keys.
 */
export function fromKafkaConfig(
  configs: readonly {
    readonly name: string;
    readonly value?: string | null | undefined;
    readonly configSource: number;
  }[],
): TopicConfig {
  const found = new Map(configs.map((config) => [config.name, config]));
  const policies = (found.get('cleanup.policy')?.value ?? 'delete').split(',').map((each) => each.trim());
  const retention = found.get('retention.ms');
  const ms = Number(retention?.value ?? forEver);
  const cleanup = policies.includes('compact') ? 'compact' : 'delete';
  // Compaction alone does not look at the retention: the brokers' default says nothing about such a topic.
  const counts =
    policies.includes('delete') || retention?.configSource === ConfigSources.DYNAMIC_TOPIC_CONFIG;
  return { cleanup, ...(counts && ms >= 0 ? { retentionMs: ms } : {}) };
}
