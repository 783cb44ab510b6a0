/** Settings in the form of `server.properties`. */
export type Properties = Readonly<Record<string, string | number | boolean>>;

/** The text of a Java properties file. Values with line breaks are not supported: none of Kafka's needs them. */
export function toPropertiesFile(properties: Properties): string {
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${String(value).replaceAll('\\', '\\\\')}\n`)
    .join('');
}

/**
 * What makes a broker start and answer fast on a small machine: no waiting for group members, small internal topics,
 * small buffers and files. Nothing here changes what clients see of topics, transactions and groups.
 */
export const settingsForTests: Properties = {
  'group.initial.rebalance.delay.ms': 0,
  'offsets.topic.num.partitions': 1,
  'transaction.state.log.num.partitions': 1,
  'share.coordinator.state.topic.num.partitions': 1,
  'offsets.topic.segment.bytes': 1_048_576,
  'transaction.state.log.segment.bytes': 1_048_576,
  'log.segment.bytes': 16_777_216,
  'log.index.size.max.bytes': 1_048_576,
  'log.cleaner.dedupe.buffer.size': 4_194_304,
  'log.cleaner.backoff.ms': 500,
  'log.retention.check.interval.ms': 1_000,
  'log.segment.delete.delay.ms': 1_000,
  'num.network.threads': 2,
  'num.io.threads': 2,
  'background.threads': 2,
  'auto.create.topics.enable': false,
  'controlled.shutdown.enable': true,
  // Tests of zombies and of lost members set sessions shorter than the usual least.
  'group.min.session.timeout.ms': 500,
};
