import {
  ConfigResourceTypes,
  createTopicsV7,
  deleteTopicsV6,
  describeConfigsV4,
  incrementalAlterConfigsV1,
  IncrementalAlterConfigOperationTypes,
} from '@platformatic/kafka';
import type { TopicAdmin, TopicConfig, TopicDescription } from '../port.ts';
import { InvalidTopicError, TopicExistsError, TopicNotFoundError } from '../errors.ts';
import { assertRetention, assertTopicSpec } from '../topic-names.ts';
import { committedOffsets, deleteGroup } from './group-offsets.ts';
import { listOffsets } from './list-offsets.ts';
import { fromKafkaConfig, minInsyncConfig, ownedConfigs, toKafkaConfig } from './topic-config.ts';
import type { Cluster } from './wire/cluster.ts';
import { assertCode, codes, KafkaError, toPortError } from './wire/errors.ts';
import { withRetries } from './wire/retry.ts';
import type { TopicEntry } from './wire/topic-table.ts';

export interface TopicAdminOptions {
  /** Absent: the brokers' default. */
  readonly replicationFactor?: number | undefined;
  /** Of new topics; absent: 2 of three replicas and more, else the brokers' default. */
  readonly minInsyncReplicas?: number | undefined;
}

/** Codes that say what is wrong with a specification. */
const invalidSpec: ReadonlySet<number> = new Set([codes.invalidTopic, codes.invalidPartitions, 38, 40, 44]);

/** With which a request says that the brokers are to choose. */
const brokersDefault = -1;

export function createTopicAdmin(
  cluster: Cluster,
  { replicationFactor, minInsyncReplicas }: TopicAdminOptions,
): TopicAdmin {
  const { clock, deadlineMs } = cluster;

  async function retried<T>(attempt: (timeoutMs: number) => Promise<T>): Promise<T> {
    try {
      return await withRetries({ clock, deadlineMs }, (remainingMs) =>
        attempt(cluster.timeoutFor(remainingMs)),
      );
    } catch (error) {
      throw toPortError(error);
    }
  }

  /** What is ours of the topics' settings, in their order. */
  async function describe(entries: readonly TopicEntry[], timeoutMs: number): Promise<TopicDescription[]> {
    if (entries.length === 0) return [];
    const broker = await cluster.any(timeoutMs);
    const resources = entries.map(({ name }) => ({
      resourceType: ConfigResourceTypes.TOPIC,
      resourceName: name,
      configurationKeys: ownedConfigs,
    }));
    const { results } = await broker.request(describeConfigsV4.api, [resources, false, false], timeoutMs);
    const found = new Map(results.map((result) => [result.resourceName, result]));
    return entries.flatMap(({ name, id, leaders }) => {
      const result = found.get(name);
      // Deleted in between.
      if (!result || result.errorCode === codes.unknownTopicOrPartition) return [];
      assertCode(result.errorCode);
      return [{ name, id, partitions: leaders.length, config: fromKafkaConfig(result.configs) }];
    });
  }

  async function describeTopic(name: string, timeoutMs: number): Promise<TopicDescription | undefined> {
    return (await describe(await cluster.topics([name], timeoutMs), timeoutMs))[0];
  }

  /** Waits until every broker knows of what the controller has done: the next request may go to any of them. */
  async function untilEveryBroker(
    topic: string,
    knows: (entry: TopicEntry | undefined) => boolean,
  ): Promise<void> {
    await retried(async (timeoutMs) => {
      if (!(await cluster.everywhere(topic, timeoutMs)).every(knows)) {
        throw new KafkaError(codes.leaderNotAvailable);
      }
    });
    cluster.forget(topic);
  }

  async function alter(name: string, config: TopicConfig, timeoutMs: number): Promise<void> {
    const broker = await cluster.any(timeoutMs);
    const configs = toKafkaConfig(config).map((each) => ({
      ...each,
      configOperation: IncrementalAlterConfigOperationTypes.SET,
    }));
    const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: name, configs };
    const { responses } = await broker.request(incrementalAlterConfigsV1.api, [[resource], false], timeoutMs);
    assertCode(responses[0]?.errorCode ?? codes.none);
  }

  return {
    listTopics: () =>
      retried(async (timeoutMs) => {
        const all = await cluster.topics(undefined, timeoutMs);
        return describe(
          all.filter(({ internal }) => !internal),
          timeoutMs,
        );
      }),

    describeTopic: (name) => retried((timeoutMs) => describeTopic(name, timeoutMs)),

    async createTopic(spec) {
      assertTopicSpec(spec);
      const { name, partitions, config } = spec;
      const replicas = spec.replicationFactor ?? replicationFactor;
      const request = {
        name,
        numPartitions: partitions,
        replicationFactor: replicas ?? brokersDefault,
        assignments: [],
        configs: [...toKafkaConfig(config), ...minInsyncConfig(replicas, minInsyncReplicas)],
      };
      const id = await retried(async (timeoutMs) => {
        const broker = await cluster.any(timeoutMs);
        const { topics } = await broker.request(
          createTopicsV7.api,
          [[request], Math.ceil(timeoutMs), false],
          timeoutMs,
        );
        const [made] = topics;
        if (!made) throw new KafkaError(-1);
        if (made.errorCode === codes.topicAlreadyExists) throw new TopicExistsError(name);
        if (invalidSpec.has(made.errorCode)) throw new InvalidTopicError(made.errorMessage ?? 'refused');
        assertCode(made.errorCode);
        return made.topicId;
      });
      await untilEveryBroker(
        name,
        (entry) => entry?.id === id && entry.leaders.every((leader) => leader >= 0),
      );
      return { name, id, partitions, config };
    },

    async alterTopic(name, config) {
      assertRetention(config.retentionMs);
      await retried(async (timeoutMs) => {
        if ((await cluster.topics([name], timeoutMs)).length === 0) throw new TopicNotFoundError(name);
        await alter(name, config, timeoutMs);
      });
    },

    async deleteTopic(name, id) {
      const gone = await retried(async (timeoutMs) => {
        const [entry] = await cluster.topics([name], timeoutMs);
        if (!entry || (id !== undefined && entry.id !== id)) throw new TopicNotFoundError(name);
        const broker = await cluster.any(timeoutMs);
        // By its id: between the look and the deletion, the name may have become another topic's.
        const { responses } = await broker.request(
          deleteTopicsV6.api,
          [[{ name: null, topicId: entry.id }], Math.ceil(timeoutMs)],
          timeoutMs,
        );
        const code = responses[0]?.errorCode ?? codes.none;
        if (code === codes.unknownTopicId) throw new TopicNotFoundError(name);
        assertCode(code);
        return entry.id;
      });
      await untilEveryBroker(name, (entry) => entry?.id !== gone);
    },

    async bounds(topic) {
      // Somebody else may have added partitions, or made the topic anew.
      cluster.forget(topic);
      try {
        return await listOffsets(cluster, topic);
      } catch (error) {
        throw toPortError(error);
      }
    },

    committed: (group, topic) =>
      retried(async (timeoutMs) => {
        const [entry] = await cluster.topics([topic], timeoutMs);
        return entry ? committedOffsets(cluster, group, topic, [...entry.leaders.keys()]) : [];
      }),

    async deleteGroup(group) {
      try {
        await deleteGroup(cluster, group);
      } catch (error) {
        throw toPortError(error);
      }
    },
  };
}
