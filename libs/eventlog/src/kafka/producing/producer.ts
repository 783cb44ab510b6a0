import { failpoint } from '@ccd/failpoints';
import type { Producer, RecordPosition, RecordToAppend } from '../../port.ts';
import { LogUnavailableError } from '../../errors.ts';
import { partitionKey } from '../../consuming/partition-key.ts';
import { createInFlight } from '../../in-flight.ts';
import type { Cluster } from '../wire/cluster.ts';
import type { Compression } from '../wire/encode-batch.ts';
import { toPortError } from '../wire/errors.ts';
import { knownTopics, learnTopics } from './learn-topics.ts';
import type { PartitionCounts } from './learn-topics.ts';
import { maxWaitingBytes } from './limits.ts';
import { createPartitionQueue } from './partition-queue.ts';
import type { PartitionQueue } from './partition-queue.ts';
import { bytesOf, createTurns, placeRecords } from './place-records.ts';
import type { Part } from './place-records.ts';
import { createProduceChannel } from './produce-channel.ts';
import { newIdentity } from './producer-identity.ts';
import type { ProducerIdentity } from './producer-identity.ts';

interface Queued {
  readonly part: Part;
  readonly stored: Promise<number>;
}

export interface ProducerOptions {
  readonly compression: Compression;
  readonly lingerMs: number;
}

export function createKafkaProducer(
  cluster: Cluster,
  lane: string,
  { compression, lingerMs }: ProducerOptions,
): Producer {
  const inFlight = createInFlight();
  const channel = createProduceChannel(cluster, lane, null);
  const queues = new Map<string, PartitionQueue>();
  const turns = createTurns();
  let waitingBytes = 0;
  /** The first identity serves all partitions; one that starts again takes one of its own. */
  let common: Promise<ProducerIdentity> | undefined;
  const used = new Set<string>();
  /** Placing waits for what is known of topics, in the order of the calls. */
  let placing: Promise<unknown> | undefined;

  function identityFor(place: string): (deadlineMs: number) => Promise<ProducerIdentity> {
    return async (deadlineMs) => {
      if (used.has(place)) return newIdentity(cluster, deadlineMs);
      common ??= newIdentity(cluster, deadlineMs).catch((error: unknown) => {
        common = undefined;
        throw error;
      });
      const identity = await common;
      used.add(place);
      return identity;
    };
  }

  function queueOf(part: Part): PartitionQueue {
    const place = partitionKey(part);
    let queue = queues.get(place);
    if (!queue) {
      queue = createPartitionQueue({
        cluster,
        channel,
        compression,
        lingerMs,
        identity: identityFor(place),
      });
      queues.set(place, queue);
    }
    return queue;
  }

  /** Puts the records into their queues, all of them or none. */
  function enqueue(
    records: readonly RecordToAppend[],
    partitionsOf: PartitionCounts,
    deadline: number,
  ): readonly Queued[] {
    const parts = placeRecords(records, partitionsOf, turns, cluster.clock.now());
    return parts.map((part) => ({ part, stored: queueOf(part).add(part, deadline) }));
  }

  async function place(records: readonly RecordToAppend[]): Promise<readonly Queued[]> {
    const deadline = cluster.clock.monotonic() + cluster.deadlineMs;
    const known = placing ? undefined : knownTopics(cluster, records);
    if (known) return enqueue(records, known, deadline);
    // Whoever waits behind others in an outage waits no longer than they do.
    const turn = (placing ?? Promise.resolve()).then(async () =>
      enqueue(records, await learnTopics(cluster, records, deadline), deadline),
    );
    const settled = turn
      .catch(() => {})
      .then(() => {
        if (placing === settled) placing = undefined;
      });
    placing = settled;
    return turn;
  }

  async function append(records: readonly RecordToAppend[]): Promise<readonly RecordPosition[]> {
    cluster.assertOpen();
    const bytes = bytesOf(records);
    if (waitingBytes > 0 && waitingBytes + bytes > maxWaitingBytes) {
      throw new LogUnavailableError('too many records wait to be sent');
    }
    waitingBytes += bytes;
    try {
      return await store(records);
    } finally {
      waitingBytes -= bytes;
    }
  }

  async function store(records: readonly RecordToAppend[]): Promise<readonly RecordPosition[]> {
    const queued = await place(records);
    const positions: RecordPosition[] = [];
    // Every part is awaited, so that nothing is under way any more when the call has failed.
    const outcomes = await Promise.allSettled(
      queued.map(async ({ part: { topic, partition, indexes }, stored }) => {
        const base = await stored;
        for (const [at, index] of indexes.entries())
          positions[index] = { topic, partition, offset: base + at };
      }),
    );
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw toPortError(failed.reason);
    failpoint('eventlog.afterAppendReply');
    return positions;
  }

  return {
    append: (records) => inFlight.run(() => (records.length === 0 ? Promise.resolve([]) : append(records))),
    async close() {
      await inFlight.close();
      channel.close();
    },
  };
}
