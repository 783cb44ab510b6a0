import { FetchIsolationLevels } from '@platformatic/kafka';
import type { TopicPartition } from '../../port.ts';
import { TopicNotFoundError } from '../../errors.ts';
import { listOffsets } from '../list-offsets.ts';
import { fetch } from '../wire/apis.ts';
import type { FetchedPartition } from '../wire/apis.ts';
import type { Cluster } from '../wire/cluster.ts';
import { decodeBatches } from '../wire/decode-batches.ts';
import { codes, isPassing, KafkaError, NoAnswerError, toPortError, toUnavailable } from '../wire/errors.ts';
import { pauseMs } from '../wire/retry.ts';
import type { Chunk } from './chunk-buffer.ts';

/** Asks for what partitions hold from an offset on. */
export interface Fetcher {
  /**
   * Waits at the end of the partition. An offset whose record has gone is taken for the oldest one there is.
   * undefined: the signal aborted. @throws TopicNotFoundError, LogUnavailableError
   */
  fetch(place: TopicPartition, offset: number, signal: AbortSignal): Promise<Chunk | undefined>;
  close(): void;
}

interface Demand {
  readonly place: TopicPartition;
  readonly signal: AbortSignal;
  offset: number;
  leader: number;
  /** The last poll for it found nothing. */
  idle: boolean;
  attempts: number;
  failingSince: number | undefined;
  resolve(chunk: Chunk | undefined): void;
  reject(error: Error): void;
}

export interface FetcherOptions {
  readonly cluster: Cluster;
  /** Prefix of the connections' lanes. */
  readonly lane: string;
  /** Bytes of one partition in one answer; a batch that is larger comes all the same. */
  readonly partitionBytes: number;
}

/**
 * A broker answers a connection's requests one after the other, and a poll lasts until something comes or its time is
 * up: what is wanted meanwhile goes over another of a few connections. The last free one is kept for partitions that
 * may well have records.
 */
const connectionsPerBroker = 4;
const pollMs = 250;
const answerBytes = 32 * 1024 * 1024;

export function createFetcher({ cluster, lane, partitionBytes }: FetcherOptions): Fetcher {
  const { clock } = cluster;
  const waiting = new Set<Demand>();
  /** Free connections by broker. */
  const free = new Map<number, number[]>();
  /** Ids of the topics as they were when they were first read: one of the same name, made later, is another topic. */
  const topicIds = new Map<string, string>();
  const closing = new AbortController();
  let scheduled = false;

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      pump();
    });
  }

  function pump(): void {
    for (const [leader, demands] of Map.groupBy(waiting, (demand) => demand.leader)) {
      const connections =
        free.get(leader) ?? Array.from({ length: connectionsPerBroker }, (_, index) => index);
      free.set(leader, connections);
      const only = connections.length === 1 && demands.every(({ idle }) => idle);
      const connection = only ? undefined : connections.shift();
      if (connection === undefined) continue;
      for (const demand of demands) waiting.delete(demand);
      void poll(leader, connection, demands).finally(() => {
        connections.unshift(connection);
        schedule();
      });
    }
  }

  /** Never rejects. */
  async function poll(leader: number, connection: number, demands: readonly Demand[]): Promise<void> {
    const open = demands.filter(({ signal }) => !signal.aborted);
    try {
      const timeoutMs = cluster.timeoutFor(cluster.deadlineMs);
      const broker = await cluster.node(leader, `${lane}:${connection}`, timeoutMs);
      const topics = [...Map.groupBy(open, ({ place }) => idOf(place))].map(([topicId, ofTopic]) => ({
        topicId,
        partitions: ofTopic.map(({ place, offset }) => ({
          partition: place.partition,
          currentLeaderEpoch: -1,
          fetchOffset: BigInt(offset),
          lastFetchedEpoch: -1,
          partitionMaxBytes: partitionBytes,
        })),
      }));
      const answer = await broker.request(
        fetch,
        [pollMs, 1, answerBytes, FetchIsolationLevels.READ_COMMITTED, 0, -1, topics, [], ''],
        timeoutMs + pollMs,
      );
      if (answer.errorCode !== codes.none) throw new KafkaError(answer.errorCode);
      const found = new Map(
        answer.topics.flatMap(({ topicId, partitions }) =>
          partitions.map((partition) => [`${topicId}/${partition.partition}`, partition] as const),
        ),
      );
      for (const demand of open) {
        const partition = found.get(`${idOf(demand.place)}/${demand.place.partition}`);
        if (partition) deliver(demand, partition);
        else fail(demand, new NoAnswerError('the broker said nothing of a partition'));
      }
    } catch (error) {
      for (const demand of open) fail(demand, error);
    }
  }

  function deliver(demand: Demand, { errorCode, bytes, aborted, lastStableOffset }: FetchedPartition): void {
    if (errorCode !== codes.none) {
      fail(demand, new KafkaError(errorCode));
      return;
    }
    demand.failingSince = undefined;
    demand.attempts = 0;
    const { place, offset } = demand;
    try {
      const { records, nextOffset } = decodeBatches(place, bytes, offset, aborted);
      demand.idle = nextOffset === offset;
      if (demand.idle) want(demand);
      else demand.resolve({ records, nextOffset, highWatermark: Math.max(lastStableOffset, nextOffset) });
    } catch (error) {
      demand.reject(toUnavailable(error));
    }
  }

  function want(demand: Demand): void {
    if (demand.signal.aborted) return;
    waiting.add(demand);
    schedule();
  }

  function fail(demand: Demand, error: unknown): void {
    recover(demand, error).catch((failure: unknown) => {
      demand.reject(toPortError(failure));
    });
  }

  /** Finds out what became of the partition, after a while, and asks again. */
  async function recover(demand: Demand, error: unknown): Promise<void> {
    const { place } = demand;
    const outOfRange = error instanceof KafkaError && error.code === codes.offsetOutOfRange;
    if (!outOfRange && !isPassing(error)) throw error;
    const now = clock.monotonic();
    demand.failingSince ??= now;
    if (now - demand.failingSince > cluster.deadlineMs) throw toUnavailable(error);
    if (!outOfRange) await clock.sleep(pauseMs(demand.attempts++), demand.signal).catch(() => {});
    if (demand.signal.aborted) return;
    try {
      cluster.forget(place.topic);
      demand.leader = await leaderOf(place);
      if (outOfRange) demand.offset = await inRange(place, demand.offset);
    } catch (failure) {
      if (!isPassing(failure)) throw failure;
      fail(demand, failure);
      return;
    }
    want(demand);
  }

  function idOf({ topic }: TopicPartition): string {
    return topicIds.get(topic) ?? '';
  }

  /** @throws TopicNotFoundError also when the name is another topic's by now */
  async function leaderOf(place: TopicPartition): Promise<number> {
    const entry = await cluster.topic(place.topic, cluster.timeoutFor(cluster.deadlineMs));
    const id = topicIds.get(place.topic) ?? entry.id;
    topicIds.set(place.topic, id);
    if (entry.id !== id) throw new TopicNotFoundError(place.topic);
    const leader = entry.leaders[place.partition] ?? -1;
    if (leader < 0) throw new KafkaError(codes.leaderNotAvailable);
    return leader;
  }

  /** Records before the first one have gone by age; behind the last one there is nothing that was ever there to read. */
  async function inRange(place: TopicPartition, offset: number): Promise<number> {
    const bounds = await listOffsets(cluster, place.topic, closing.signal);
    const found = bounds.find(({ partition }) => partition === place.partition);
    return Math.min(Math.max(offset, found?.earliest ?? 0), found?.latest ?? 0);
  }

  return {
    fetch(place, offset, signal) {
      return new Promise((resolve, reject) => {
        const ended = AbortSignal.any([signal, closing.signal]);
        if (ended.aborted) {
          resolve(undefined);
          return;
        }
        const onAbort = (): void => {
          waiting.delete(demand);
          resolve(undefined);
        };
        const demand: Demand = {
          place,
          offset,
          signal: ended,
          leader: -1,
          idle: false,
          attempts: 0,
          failingSince: undefined,
          resolve: (chunk) => {
            ended.removeEventListener('abort', onAbort);
            resolve(chunk);
          },
          reject: (error) => {
            ended.removeEventListener('abort', onAbort);
            reject(error);
          },
        };
        ended.addEventListener('abort', onAbort, { once: true });
        leaderOf(place).then(
          (leader) => {
            demand.leader = leader;
            want(demand);
          },
          (error: unknown) => {
            fail(demand, error);
          },
        );
      });
    },
    close() {
      closing.abort();
      for (let connection = 0; connection < connectionsPerBroker; connection++) {
        cluster.closeLane(`${lane}:${connection}`);
      }
    },
  };
}
