import { heartbeatV4, joinGroupV7, leaveGroupV4, offsetCommitV8, syncGroupV5 } from '@platformatic/kafka';
import type { CommittedOffset, TopicPartition } from '../../port.ts';
import { askCoordinator } from '../wire/cluster.ts';
import type { Cluster } from '../wire/cluster.ts';
import { assertCode, codes, KafkaError } from '../wire/errors.ts';
import { planAssignments } from './plan-assignments.ts';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from './subscription-codec.ts';
import { toOffsetTopics } from '../to-offset-topics.ts';

/** How long a group bears with a member, in milliseconds. */
export interface GroupTiming {
  /** A member that is silent for so long has lost its partitions. */
  readonly sessionTimeoutMs: number;
  readonly heartbeatMs: number;
  /** How long the members are waited for when the group changes. */
  readonly rebalanceTimeoutMs: number;
}

/** Who a member is, and of which state of the group it speaks. */
export interface Generation {
  readonly memberId: string;
  readonly number: number;
}

/** All members of a group agree on it: those of other clients assign in other ways, and cannot be mixed with ours. */
const protocol = 'ccd-cooperative';
const protocolType = 'consumer';

export interface GroupRequests {
  /** Joins, anew or as the member that it is, and resolves with what it is to have. */
  join(
    known: Generation | undefined,
    owned: readonly TopicPartition[],
    signal: AbortSignal,
  ): Promise<{ readonly generation: Generation; readonly assigned: readonly TopicPartition[] }>;
  /** @throws KafkaError, LogUnavailableError when there was no answer for `deadlineMs` */
  heartbeat(generation: Generation, deadlineMs: number, signal: AbortSignal): Promise<void>;
  /** @throws KafkaError, LogUnavailableError */
  commit(generation: Generation, offsets: readonly CommittedOffset[]): Promise<void>;
  /** Gives up waiting for the answer to a join. */
  interrupt(): void;
  /** Leaves the group, if it was ever joined. */
  leave(): Promise<void>;
  close(): void;
}

export function createGroupRequests(
  cluster: Cluster,
  lane: string,
  group: string,
  topics: readonly string[],
  timing: GroupTiming,
): GroupRequests {
  const coordinated = ['group', group] as const;
  /** Joining may be answered late, and holds up whatever comes after it on its connection. */
  const joinLane = `${lane}:join`;
  const waitMs = timing.rebalanceTimeoutMs + timing.sessionTimeoutMs;
  let memberId = '';

  async function partitionsOf(all: ReadonlySet<string>): Promise<TopicPartition[]> {
    const entries = await cluster.topics([...all], cluster.timeoutFor(cluster.deadlineMs));
    return entries
      .toSorted((one, other) => (one.name < other.name ? -1 : 1))
      .flatMap(({ name, leaders }) => leaders.map((_, partition) => ({ topic: name, partition })));
  }

  /** What the leader of the group tells each member. */
  async function plan(
    members: readonly joinGroupV7.JoinGroupResponseMember[],
  ): Promise<syncGroupV5.SyncGroupRequestAssignment[]> {
    const subscriptions = new Map(
      members.map(({ memberId, metadata }) => [memberId, decodeSubscription(metadata)]),
    );
    const wanted = new Set([...subscriptions.values()].flatMap((each) => each.topics));
    const assignments = planAssignments(subscriptions, await partitionsOf(wanted));
    return [...assignments].map(([memberId, places]) => ({ memberId, assignment: encodeAssignment(places) }));
  }

  return {
    async join(known, owned, signal) {
      memberId = known?.memberId ?? '';
      const metadata = encodeSubscription({ topics, owned });
      const joined = await askCoordinator(
        cluster,
        coordinated,
        joinLane,
        async (broker) => {
          for (;;) {
            const answer = await broker.request(
              joinGroupV7.api,
              [
                group,
                timing.sessionTimeoutMs,
                timing.rebalanceTimeoutMs,
                memberId,
                null,
                protocolType,
                [{ name: protocol, metadata }],
              ],
              waitMs,
            );
            if (answer.memberId) memberId = answer.memberId;
            if (answer.errorCode === codes.memberIdRequired) continue;
            assertCode(answer.errorCode);
            return answer;
          }
        },
        { signal },
      );
      const generation = { memberId, number: joined.generationId };
      const assignments = joined.leader === memberId ? await plan(joined.members) : [];
      const synced = await askCoordinator(
        cluster,
        coordinated,
        joinLane,
        async (broker) => {
          const answer = await broker.request(
            syncGroupV5.api,
            [group, generation.number, memberId, null, protocolType, protocol, assignments],
            waitMs,
          );
          assertCode(answer.errorCode);
          return answer;
        },
        { signal },
      );
      return { generation, assigned: decodeAssignment(synced.assignment) };
    },

    async heartbeat({ memberId: id, number }, deadlineMs, signal) {
      await askCoordinator(
        cluster,
        coordinated,
        lane,
        async (broker, timeoutMs) => {
          const answer = await broker.request(heartbeatV4.api, [group, number, id, null], timeoutMs);
          assertCode(answer.errorCode);
        },
        { deadlineMs, signal },
      );
    },

    async commit({ memberId: id, number }, offsets) {
      const all = toOffsetTopics(offsets);
      await askCoordinator(cluster, coordinated, lane, async (broker, timeoutMs) => {
        const answer = await broker.request(offsetCommitV8.api, [group, number, id, null, all], timeoutMs);
        for (const { errorCode } of answer.topics.flatMap((each) => each.partitions)) assertCode(errorCode);
      });
    },

    interrupt() {
      cluster.closeLane(joinLane);
    },

    async leave() {
      if (memberId === '') return;
      // A courtesy that saves the others the session timeout; nobody waits for it for long.
      await askCoordinator(
        cluster,
        coordinated,
        lane,
        async (broker, timeoutMs) => {
          const answer = await broker.request(
            leaveGroupV4.api,
            [group, [{ memberId, groupInstanceId: null }]],
            Math.min(timeoutMs, 1_000),
          );
          if (answer.errorCode !== codes.none) throw new KafkaError(answer.errorCode);
        },
        { deadlineMs: 1_000 },
      ).catch(() => {});
    },

    close() {
      cluster.closeLane(lane);
      cluster.closeLane(joinLane);
    },
  };
}
