import { setImmediate as nextTurn } from 'node:timers/promises';
import { InvalidRecordError, LogUnavailableError, RecordTooLargeError } from '../../errors.ts';
import type { Cluster } from '../wire/cluster.ts';
import { encodeBatch } from '../wire/encode-batch.ts';
import type { Compression } from '../wire/encode-batch.ts';
import { codes, KafkaError, toPortError } from '../wire/errors.ts';
import { withRetries } from '../wire/retry.ts';
import { maxBatchBytes } from './limits.ts';
import type { Part } from './place-records.ts';
import { sendToLeader } from './produce-channel.ts';
import type { ProduceChannel } from './produce-channel.ts';
import type { ProducerIdentity } from './producer-identity.ts';

export interface PartitionQueue {
  /**
   * Resolves with the offset of the part's first record.
   * @param deadline monotonic time at which it is given up
   */
  add(part: Part, deadline: number): Promise<number>;
}

interface Waiting {
  readonly part: Part;
  readonly deadline: number;
  readonly resolve: (offset: number) => void;
  readonly reject: (error: Error) => void;
}

export interface PartitionQueueOptions {
  readonly cluster: Cluster;
  readonly channel: ProduceChannel;
  readonly compression: Compression;
  /** How long records wait for company when nothing is under way. */
  readonly lingerMs: number;
  readonly identity: (deadlineMs: number) => Promise<ProducerIdentity>;
}

/** Of the deadline: what is left of it when a record is sent for the first time. */
const leastShareLeft = 0.05;

/**
 * The records on their way to one partition: one batch is under way, and whatever comes meanwhile makes up the next
 * one. A batch is sent again as it was until the broker has it or its time is up; after that nobody knows whether it
 * was stored, so that the numbers start again under a new identity.
 */
export function createPartitionQueue(options: PartitionQueueOptions): PartitionQueue {
  const { cluster, channel, compression, lingerMs } = options;
  let waiting: Waiting[] = [];
  let running = false;
  let identity: ProducerIdentity | undefined;
  let sequence = 0;

  /** Whose time is as good as up is not sent: for its sake, the whole batch would be given up too soon. */
  function refuseLate(): void {
    const limit = cluster.clock.monotonic() + cluster.deadlineMs * leastShareLeft;
    const isLate = ({ deadline }: Waiting): boolean => deadline <= limit;
    if (!waiting.some(isLate)) return;
    const late = waiting.filter(isLate);
    waiting = waiting.filter((each) => !isLate(each));
    for (const { reject } of late) reject(new LogUnavailableError('no time was left to send it'));
  }

  function take(): Waiting[] {
    refuseLate();
    let bytes = 0;
    let count = 0;
    for (const { part } of waiting) {
      if (count > 0 && bytes + part.bytes > maxBatchBytes) break;
      bytes += part.bytes;
      count++;
    }
    const taken = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return taken;
  }

  /** @throws KafkaError when the broker refuses the batch, TopicNotFoundError, LogUnavailableError */
  async function deliver(batch: readonly Waiting[]): Promise<number> {
    const [first] = batch;
    if (!first) return 0;
    const { topic, partition } = first.part;
    const remaining = (): number => first.deadline - cluster.clock.monotonic();
    identity ??= await options.identity(remaining());
    const records = batch.flatMap(({ part }) => part.records);
    const bytes = encodeBatch(
      records,
      { ...identity, firstSequence: sequence, transactional: false },
      compression,
    );
    const offset = await withRetries({ clock: cluster.clock, deadlineMs: remaining() }, (left) =>
      sendToLeader(cluster, channel, { topic, partition, bytes }, cluster.timeoutFor(left)),
    );
    // Sequences are 32-bit numbers that start again at 0.
    sequence = (sequence + records.length) % 2 ** 31;
    return offset;
  }

  async function settle(batch: readonly Waiting[]): Promise<void> {
    try {
      let offset = await deliver(batch);
      for (const { part, resolve } of batch) {
        resolve(offset);
        offset += part.records.length;
      }
    } catch (error) {
      const refusal = refusalOf(error, batch[0]?.part);
      // Not stored, for one of them: each is judged by itself.
      if (refusal && batch.length > 1) {
        for (const each of batch) await settle([each]);
        return;
      }
      if (!refusal) {
        identity = undefined;
        sequence = 0;
      }
      for (const { reject } of batch) reject(refusal ?? toPortError(error));
    }
  }

  async function run(): Promise<void> {
    // What is appended in this turn of the event loop comes along.
    if (lingerMs > 0) await cluster.clock.sleep(lingerMs);
    else await nextTurn();
    while (waiting.length > 0) await settle(take());
    running = false;
  }

  return {
    add: (part, deadline) =>
      new Promise((resolve, reject) => {
        waiting.push({ part, deadline, resolve, reject });
        if (running) return;
        running = true;
        void run();
      }),
  };
}

/** The refusal of a batch for what it holds, after which nothing of it was stored. */
function refusalOf(error: unknown, part: Part | undefined): Error | undefined {
  if (!(error instanceof KafkaError) || !part) return undefined;
  const { topic, bytes } = part;
  switch (error.code) {
    case codes.messageTooLarge:
    case codes.recordListTooLarge:
      return new RecordTooLargeError(topic, bytes, maxBatchBytes, { cause: error });
    case codes.invalidRecord:
      return new InvalidRecordError(topic, 'a record of a compacted topic needs a key', { cause: error });
    case codes.invalidTimestamp:
      return new InvalidRecordError(topic, 'its timestamp is out of bounds', { cause: error });
    default:
      return undefined;
  }
}
