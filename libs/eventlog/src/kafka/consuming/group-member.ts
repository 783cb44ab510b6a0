import type { CommittedOffset, PartitionBounds, TopicPartition } from '../../port.ts';
import { InvalidRequestError, LogUnavailableError, PartitionsLostError } from '../../errors.ts';
import type { ConsumerRun } from '../../consuming/create-consumer.ts';
import { createHeldPartitions } from '../../consuming/held-partitions.ts';
import type { HeldPartitions } from '../../consuming/held-partitions.ts';
import { partitionKey } from '../../consuming/partition-key.ts';
import { isAborted } from '../../consuming/signals.ts';
import { committedOffsets } from '../group-offsets.ts';
import type { Cluster } from '../wire/cluster.ts';
import { codes, KafkaError, toPortError } from '../wire/errors.ts';
import { pauseMs } from '../wire/retry.ts';
import type { Generation, GroupRequests, GroupTiming } from './group-requests.ts';

export interface GroupMemberOptions {
  readonly cluster: Cluster;
  readonly group: string;
  readonly requests: GroupRequests;
  readonly timing: GroupTiming;
  readonly bounds: (topic: string) => Promise<readonly PartitionBounds[]>;
}

export interface GroupMember {
  run(run: ConsumerRun): Promise<void>;
  /** @throws PartitionsLostError, InvalidRequestError, LogUnavailableError */
  commit(offsets: readonly CommittedOffset[]): Promise<void>;
}

/** Codes with which the coordinator says that this member is none (any more). */
const expelled: ReadonlySet<number> = new Set([codes.unknownMemberId, codes.illegalGeneration]);

interface Membership {
  readonly held: HeldPartitions;
  generation: Generation | undefined;
  lost: boolean;
}

/**
 * A member of a group that shares partitions cooperatively: when the group changes, everybody goes on with what it has
 * and joins again at once, handlers running or not. Whoever then finds that it is to give something up does so after
 * its running handler, and joins again without it; only then does the leader give it to somebody else.
 */
export function createGroupMember(options: GroupMemberOptions): GroupMember {
  const { cluster, group, requests, timing, bounds } = options;
  const { clock } = cluster;
  let current: Membership | undefined;

  async function committed(places: readonly TopicPartition[]): Promise<readonly CommittedOffset[]> {
    const topics = Map.groupBy(places, ({ topic }) => topic);
    const found = [...topics].map(([topic, ofTopic]) =>
      committedOffsets(
        cluster,
        group,
        topic,
        ofTopic.map(({ partition }) => partition),
      ),
    );
    return (await Promise.all(found)).flat();
  }

  /** One membership: from joining until the end of the run or the loss of the membership. */
  async function belong(run: ConsumerRun): Promise<void> {
    const { stop } = run;
    const membership: Membership = {
      held: createHeldPartitions(run, { bounds, committed }),
      generation: undefined,
      lost: false,
    };
    const { held } = membership;
    current = membership;
    /** What the others must believe to be ours: from its assignment until it is given up. */
    const claimed = new Map<string, TopicPartition>();
    const revoking = new Set<string>();
    /** Ends the membership: all is given up, or lost. */
    const over = new AbortController();
    let mustJoin = true;
    let wake = new AbortController();
    /** Assignments and revocations are dealt with one after the other. */
    let work = Promise.resolve();

    function then(task: () => Promise<void>): void {
      work = work.then(task).catch((error: unknown) => {
        run.fail(toPortError(error));
      });
    }

    function joinSoon(): void {
      mustJoin = true;
      wake.abort();
    }

    function lose(): void {
      membership.lost = true;
      // At once: what a handler does from here on is void.
      held.lose();
      over.abort();
      wake.abort();
    }

    async function take(places: readonly TopicPartition[]): Promise<void> {
      if (!membership.lost && !stop.aborted) await held.take(places);
    }

    async function giveUp(places: readonly TopicPartition[]): Promise<void> {
      await held.giveUp(places);
      for (const key of places.map(partitionKey)) {
        claimed.delete(key);
        revoking.delete(key);
      }
      joinSoon();
    }

    function apply(assigned: readonly TopicPartition[]): void {
      const wanted = new Set(assigned.map(partitionKey));
      const revoked = [...claimed.values()].filter((place) => {
        const key = partitionKey(place);
        return !wanted.has(key) && !revoking.has(key);
      });
      const added = assigned.filter((place) => !claimed.has(partitionKey(place)));
      if (revoked.length > 0) {
        for (const place of revoked) revoking.add(partitionKey(place));
        then(() => giveUp(revoked));
      }
      if (added.length > 0 && !stop.aborted) {
        for (const place of added) claimed.set(partitionKey(place), place);
        then(() => take(added));
      }
    }

    async function join(): Promise<void> {
      mustJoin = false;
      wake = new AbortController();
      const owned = [...claimed.values()];
      const { generation, assigned } = await requests.join(membership.generation, owned, over.signal);
      membership.generation = generation;
      apply(assigned);
    }

    /** Joins as often as there is cause to, and tells the coordinator in between that it is there. */
    async function participate(): Promise<void> {
      while (!isAborted(over.signal)) {
        try {
          if (mustJoin) await join();
          await clock.sleep(timing.heartbeatMs, AbortSignal.any([wake.signal, over.signal])).catch(() => {});
          const { generation } = membership;
          if (mustJoin || !generation || isAborted(over.signal)) continue;
          await requests.heartbeat(generation, timing.sessionTimeoutMs, over.signal);
        } catch (error) {
          if (isAborted(over.signal)) return;
          if (error instanceof KafkaError && error.code === codes.rebalanceInProgress) mustJoin = true;
          else if (error instanceof KafkaError && expelled.has(error.code)) lose();
          // Without an answer for so long, the group has given this member up, or is about to.
          else if (error instanceof LogUnavailableError && membership.generation) lose();
          else throw error;
        }
      }
    }

    const stopped = (): void => {
      // Until all is given up it takes part as before: the others wait for it whenever the group changes.
      then(async () => {
        await held.giveUp(held.all());
        over.abort();
        wake.abort();
      });
    };
    over.signal.addEventListener('abort', () => {
      requests.interrupt();
    });
    stop.addEventListener('abort', stopped);
    if (stop.aborted) stopped();
    try {
      await participate();
    } catch (error) {
      run.fail(toPortError(error));
    } finally {
      stop.removeEventListener('abort', stopped);
      then(async () => {
        await held.giveUp(held.all());
      });
      await work;
      current = undefined;
      await requests.leave();
    }
  }

  async function run(consumerRun: ConsumerRun): Promise<void> {
    const { options: wanted, stop } = consumerRun;
    for (const topic of wanted.topics) await bounds(topic);
    while (!stop.aborted) await belong(consumerRun);
  }

  return {
    run,
    async commit(offsets) {
      const membership = current;
      const deadline = clock.monotonic() + cluster.deadlineMs;
      for (let attempt = 0; ; attempt++) {
        const lost = !membership || membership.lost || !offsets.every((place) => membership.held.has(place));
        if (lost || !membership.generation) throw new PartitionsLostError(group);
        try {
          await requests.commit(membership.generation, offsets);
          return;
        } catch (error) {
          if (!(error instanceof KafkaError)) throw toPortError(error);
          if (error.code === codes.offsetMetadataTooLarge) {
            throw new InvalidRequestError('the metadata of an offset is too long', { cause: error });
          }
          if (error.code === codes.unknownMemberId) throw new PartitionsLostError(group, { cause: error });
          // The group is changing, in which this member takes part: what it holds stays its own until it gives it up.
          const changing = error.code === codes.illegalGeneration || error.code === codes.rebalanceInProgress;
          if (!changing || clock.monotonic() > deadline) throw toPortError(error);
          await clock.sleep(pauseMs(attempt));
        }
      }
    },
  };
}
