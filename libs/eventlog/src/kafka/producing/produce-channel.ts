import type { Cluster } from '../wire/cluster.ts';
import { produce } from '../wire/apis.ts';
import type { EncodedBatch } from '../wire/apis.ts';
import { codes, KafkaError, NoAnswerError } from '../wire/errors.ts';

/** Sends batches to the leaders of their partitions, those of one turn of the event loop in one request a leader. */
export interface ProduceChannel {
  /** Resolves with the offset of the first record. One batch of a partition at a time. @throws KafkaError, NoAnswerError */
  send(leader: number, batch: EncodedBatch, timeoutMs: number): Promise<number>;
  close(): void;
}

interface Waiting {
  readonly batch: EncodedBatch;
  readonly timeoutMs: number;
  readonly resolve: (offset: number) => void;
  readonly reject: (error: unknown) => void;
}

export function createProduceChannel(
  cluster: Cluster,
  lane: string,
  transactionalId: string | null,
): ProduceChannel {
  const waiting = new Map<number, Waiting[]>();

  /** Never rejects. */
  async function flush(leader: number): Promise<void> {
    const all = waiting.get(leader) ?? [];
    waiting.delete(leader);
    const answered = new AbortController();
    try {
      // Whoever has less time gives up by himself: to cut the connection would fail the others.
      const timeoutMs = Math.max(...all.map((each) => each.timeoutMs));
      for (const each of all) if (each.timeoutMs < timeoutMs) giveUpInTime(each, answered.signal);
      const broker = await cluster.node(leader, lane, timeoutMs);
      const answer = await broker.request(
        produce,
        [transactionalId, Math.ceil(timeoutMs), all.map(({ batch }) => batch)],
        timeoutMs,
      );
      const found = new Map(
        answer.responses.flatMap(({ name, partitionResponses }) =>
          partitionResponses.map((partition) => [`${name}/${partition.index}`, partition] as const),
        ),
      );
      for (const { batch, resolve, reject } of all) {
        const partition = found.get(`${batch.topic}/${batch.partition}`);
        if (!partition) reject(new NoAnswerError('the broker said nothing of a batch'));
        else if (partition.errorCode !== codes.none) reject(new KafkaError(partition.errorCode));
        else resolve(Number(partition.baseOffset));
      }
    } catch (error) {
      for (const { reject } of all) reject(error);
    } finally {
      answered.abort();
    }
  }

  function giveUpInTime({ reject, timeoutMs }: Waiting, answered: AbortSignal): void {
    cluster.clock.sleep(timeoutMs, answered).then(
      () => {
        reject(new NoAnswerError('the broker does not answer in the time that was left'));
      },
      () => {},
    );
  }

  return {
    send: (leader, batch, timeoutMs) =>
      new Promise((resolve, reject) => {
        const all = waiting.get(leader) ?? [];
        waiting.set(leader, all);
        if (all.push({ batch, timeoutMs, resolve, reject }) === 1) setImmediate(() => void flush(leader));
      }),
    close() {
      cluster.closeLane(lane);
    },
  };
}

/** One attempt to have a batch stored by its partition's leader. @throws TopicNotFoundError, KafkaError, NoAnswerError */
export async function sendToLeader(
  cluster: Cluster,
  channel: ProduceChannel,
  batch: EncodedBatch,
  timeoutMs: number,
): Promise<number> {
  const { leaders } = await cluster.topic(batch.topic, timeoutMs);
  const leader = leaders[batch.partition] ?? -1;
  try {
    if (leader < 0) throw new KafkaError(codes.leaderNotAvailable);
    return await channel.send(leader, batch, timeoutMs);
  } catch (error) {
    // The leader may have moved, or the topic may be gone: the next attempt asks anew.
    cluster.forget(batch.topic);
    throw error;
  }
}
