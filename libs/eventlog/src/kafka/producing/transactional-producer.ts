import { addOffsetsToTxnV3, addPartitionsToTxnV3, endTxnV3, txnOffsetCommitV3 } from '@platformatic/kafka';
import { failpoint } from '@ccd/failpoints';
import type { CommittedOffset, RecordToAppend, TransactionalProducer } from '../../port.ts';
import { LogUnavailableError, ProducerFencedError, TopicNotFoundError } from '../../errors.ts';
import { createInFlight } from '../../in-flight.ts';
import { askCoordinator } from '../wire/cluster.ts';
import type { Cluster } from '../wire/cluster.ts';
import type { BrokerConnection } from '../wire/broker-connection.ts';
import { encodeBatch } from '../wire/encode-batch.ts';
import type { Compression } from '../wire/encode-batch.ts';
import { assertCode, codes, KafkaError, NoAnswerError, toPortError, toUnavailable } from '../wire/errors.ts';
import { withRetries } from '../wire/retry.ts';
import { learnTopics } from './learn-topics.ts';
import type { PartitionCounts } from './learn-topics.ts';
import { createTurns, placeRecords } from './place-records.ts';
import type { Part } from './place-records.ts';
import { createProduceChannel, sendToLeader } from './produce-channel.ts';
import type { ProducerIdentity } from './producer-identity.ts';
import { toOffsetTopics } from '../to-offset-topics.ts';

/** Codes with which brokers tell a producer that another one has its place, or that its own is void. */
const fencing: ReadonlySet<number> = new Set([
  codes.invalidProducerEpoch,
  codes.producerFenced,
  codes.invalidProducerIdMapping,
  codes.unknownProducerId,
  codes.invalidTxnState,
  codes.transactionCoordinatorFenced,
]);

export interface TransactionalProducerOptions {
  readonly cluster: Cluster;
  readonly lane: string;
  readonly transactionalId: string;
  readonly identity: ProducerIdentity;
  readonly compression: Compression;
}

/**
 * One transaction after the other. What comes before its first request is a refusal that leaves the producer as it was;
 * after any error from there on it is spent, since nobody knows what the coordinator has seen. Nothing is ended twice:
 * a commit without an answer stays unknown to this producer, and its successor finds out by taking the id over.
 */
export function createKafkaTransactionalProducer(
  options: TransactionalProducerOptions,
): TransactionalProducer {
  const { cluster, lane, transactionalId, identity, compression } = options;
  const { producerId, producerEpoch } = identity;
  const coordinated = ['transaction', transactionalId] as const;
  const inFlight = createInFlight();
  const channel = createProduceChannel(cluster, lane, transactionalId);
  const sequences = new Map<string, number>();
  const turns = createTurns();
  let spent: Error | undefined;
  let last: Promise<unknown> = Promise.resolve();

  /** Asks until there is an answer that says yes or no; a request without an answer is not sent again. */
  function askOf<T>(
    coordinator: Parameters<typeof askCoordinator>[1],
    request: (broker: BrokerConnection, timeoutMs: number) => Promise<T>,
  ): Promise<T> {
    return askCoordinator(cluster, coordinator, lane, async (broker, timeoutMs) => {
      try {
        return await request(broker, timeoutMs);
      } catch (error) {
        throw error instanceof NoAnswerError ? toUnavailable(error) : error;
      }
    });
  }

  async function begin(parts: readonly Part[]): Promise<void> {
    const topics = [...Map.groupBy(parts, ({ topic }) => topic)].map(([name, ofTopic]) => ({
      name,
      partitions: [...new Set(ofTopic.map(({ partition }) => partition))],
    }));
    await askOf(coordinated, async (broker, timeoutMs) => {
      const transaction = { transactionalId, producerId, producerEpoch, verifyOnly: false, topics };
      const answer = await broker.request(addPartitionsToTxnV3.api, [[transaction]], timeoutMs);
      const topicResults = answer.resultsByTransaction.flatMap((each) => each.topicResults);
      for (const { partitionErrorCode } of topicResults.flatMap((each) => each.resultsByPartition)) {
        assertCode(partitionErrorCode);
      }
    });
  }

  async function send(part: Part): Promise<void> {
    const { topic, partition, records } = part;
    const place = `${topic}/${partition}`;
    const firstSequence = sequences.get(place) ?? 0;
    sequences.set(place, (firstSequence + records.length) % 2 ** 31);
    const bytes = encodeBatch(records, { ...identity, firstSequence, transactional: true }, compression);
    await withRetries({ clock: cluster.clock, deadlineMs: cluster.deadlineMs }, (left) =>
      sendToLeader(cluster, channel, { topic, partition, bytes }, cluster.timeoutFor(left)),
    );
  }

  /** The parts of a partition one after the other, different partitions at once. */
  async function sendAll(parts: readonly Part[]): Promise<void> {
    const lines = Map.groupBy(parts, ({ topic, partition }) => `${topic}/${partition}`);
    await Promise.all(
      [...lines.values()].map(async (line) => {
        for (const part of line) await send(part);
      }),
    );
  }

  async function storeOffsets(group: string, offsets: readonly CommittedOffset[]): Promise<void> {
    await askOf(coordinated, async (broker, timeoutMs) => {
      const answer = await broker.request(
        addOffsetsToTxnV3.api,
        [transactionalId, producerId, producerEpoch, group],
        timeoutMs,
      );
      assertCode(answer.errorCode);
    });
    const topics = toOffsetTopics(offsets);
    await askOf(['group', group], async (broker, timeoutMs) => {
      // No member and no generation: the port's fence is the transactional id, one for each source partition.
      const answer = await broker.request(
        txnOffsetCommitV3.api,
        [transactionalId, group, producerId, producerEpoch, -1, '', null, topics],
        timeoutMs,
      );
      for (const { errorCode } of answer.topics.flatMap((each) => each.partitions)) assertCode(errorCode);
    });
  }

  /** Asked once: an answer that is lost leaves the outcome unknown. */
  async function end(): Promise<void> {
    const timeoutMs = cluster.deadlineMs;
    const node = await cluster.coordinator('transaction', transactionalId, timeoutMs);
    const broker = await cluster.node(node, lane, timeoutMs);
    const answer = await broker.request(
      endTxnV3.api,
      [transactionalId, producerId, producerEpoch, true],
      timeoutMs,
    );
    assertCode(answer.errorCode);
  }

  async function refuseUnknownTopics(
    records: readonly RecordToAppend[],
    offsets: readonly CommittedOffset[],
  ): Promise<PartitionCounts> {
    const deadline = cluster.clock.monotonic() + cluster.deadlineMs;
    return learnTopics(cluster, [...records, ...offsets], deadline);
  }

  async function commit({
    records,
    group,
    offsets,
  }: Parameters<TransactionalProducer['commit']>[0]): Promise<void> {
    cluster.assertOpen();
    if (spent) throw new ProducerFencedError(transactionalId, { cause: spent });
    const partitionsOf = await refuseUnknownTopics(records, offsets);
    const parts = placeRecords(records, partitionsOf, turns, cluster.clock.now());
    if (parts.length === 0 && offsets.length === 0) return;
    try {
      if (parts.length > 0) await begin(parts);
      // Both are awaited, so that nothing is under way any more when the call has failed.
      const outcomes = await Promise.allSettled([
        sendAll(parts),
        offsets.length > 0 ? storeOffsets(group, offsets) : undefined,
      ]);
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed) throw failed.reason;
      await end();
    } catch (error) {
      throw spend(error);
    }
    failpoint('eventlog.afterTransactionReply');
  }

  function spend(error: unknown): Error {
    const failure = toFailure(error);
    spent = failure;
    return failure;
  }

  function toFailure(error: unknown): Error {
    if (error instanceof KafkaError && fencing.has(error.code)) {
      return new ProducerFencedError(transactionalId, { cause: error });
    }
    const port = toPortError(error);
    // A topic that has gone in the middle of a transaction is no refusal before the start.
    if (port instanceof TopicNotFoundError || port instanceof LogUnavailableError) return port;
    return toUnavailable(port);
  }

  return {
    commit: (transaction) =>
      inFlight.run(() => {
        const turn = last.then(() => commit(transaction));
        last = turn.catch(() => {});
        return turn;
      }),
    async close() {
      await inFlight.close();
      channel.close();
    },
  };
}
