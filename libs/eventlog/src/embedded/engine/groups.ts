import type { Clock } from '@ccd/reconcile';
import type { TopicPartition } from '../../port.ts';
import type { GroupEvent } from '../wire/requests.ts';
import { assignPartitions } from '../../consuming/assignment.ts';
import { partitionKey } from '../../consuming/partition-key.ts';

export type MemberEvent =
  | { readonly event: 'assigned'; readonly partitions: readonly TopicPartition[] }
  | { readonly event: 'revoking'; readonly partitions: readonly TopicPartition[] }
  | { readonly event: 'expelled' };

/** One consumer of one connection. */
export interface GroupMember {
  readonly id: string;
  readonly topics: ReadonlySet<string>;
  notify(event: MemberEvent): void;
}

/** Which member of which group reads which partition. Lives as long as the engine: members join again after a restart. */
export interface Groups {
  join(group: string, member: GroupMember): void;
  leave(group: string, memberId: string): void;
  /** The member is done with these partitions, which it was asked to give up. */
  release(group: string, memberId: string, partitions: readonly TopicPartition[]): void;
  owns(group: string, memberId: string, partition: TopicPartition): boolean;
  /** A topic came or went. */
  topicsChanged(): void;
  close(): void;
}

interface Ownership {
  readonly place: TopicPartition;
  readonly owner: string;
  /** Set while the owner is asked to finish; aborted when it has. */
  revoking?: AbortController;
}

interface Group {
  readonly members: Map<string, GroupMember>;
  readonly owned: Map<string, Ownership>;
}

export function createGroups(options: {
  readonly clock: Clock;
  /** How long a member may take to finish a partition that another one waits for; absent: for ever. */
  readonly rebalanceTimeoutMs: number | undefined;
  partitionsOf(topic: string): readonly TopicPartition[];
}): Groups {
  const groups = new Map<string, Group>();

  function expelAfterTimeout(name: string, memberId: string, released: AbortSignal): void {
    if (options.rebalanceTimeoutMs === undefined) return;
    options.clock.sleep(options.rebalanceTimeoutMs, released).then(
      () => {
        const member = groups.get(name)?.members.get(memberId);
        leave(name, memberId);
        member?.notify({ event: 'expelled' });
      },
      () => {},
    );
  }

  /** Moves towards the wanted assignment: gives what is free, asks for what has to move. */
  function rebalance(name: string): void {
    const group = groups.get(name);
    if (!group) return;
    const members = [...group.members.values()];
    const topics = new Set(members.flatMap((member) => [...member.topics]));
    const places = [...topics].sort().flatMap((topic) => options.partitionsOf(topic));
    const current = new Map([...group.owned].map(([key, { owner }]) => [key, owner]));
    const wanted = assignPartitions(members, places, current);
    const given = new Map<string, TopicPartition[]>();
    const asked = new Map<string, TopicPartition[]>();
    const add = (to: Map<string, TopicPartition[]>, id: string, place: TopicPartition): void => {
      to.set(id, [...(to.get(id) ?? []), place]);
    };
    for (const place of places) {
      const key = partitionKey(place);
      const target = wanted.get(key);
      const held = group.owned.get(key);
      if (target === undefined) continue;
      if (!held) {
        group.owned.set(key, { place, owner: target });
        add(given, target, place);
      } else if (held.owner !== target && !held.revoking) {
        held.revoking = new AbortController();
        expelAfterTimeout(name, held.owner, held.revoking.signal);
        add(asked, held.owner, place);
      }
    }
    for (const [id, partitions] of asked) group.members.get(id)?.notify({ event: 'revoking', partitions });
    for (const [id, partitions] of given) group.members.get(id)?.notify({ event: 'assigned', partitions });
  }

  function drop(group: Group, key: string, held: Ownership): void {
    held.revoking?.abort();
    group.owned.delete(key);
  }

  function leave(name: string, memberId: string): void {
    const group = groups.get(name);
    if (!group?.members.delete(memberId)) return;
    for (const [key, held] of group.owned) if (held.owner === memberId) drop(group, key, held);
    if (group.members.size === 0) groups.delete(name);
    else rebalance(name);
  }

  return {
    join(name, member) {
      const group = groups.get(name) ?? { members: new Map(), owned: new Map() };
      groups.set(name, group);
      group.members.set(member.id, member);
      rebalance(name);
    },
    leave,
    release(name, memberId, partitions) {
      const group = groups.get(name);
      if (!group) return;
      for (const place of partitions) {
        const held = group.owned.get(partitionKey(place));
        if (held?.owner === memberId && held.revoking) drop(group, partitionKey(place), held);
      }
      rebalance(name);
    },
    owns: (name, memberId, place) => groups.get(name)?.owned.get(partitionKey(place))?.owner === memberId,
    topicsChanged() {
      for (const [name, group] of groups) {
        for (const [key, held] of group.owned) {
          const exists = options.partitionsOf(held.place.topic).some((place) => partitionKey(place) === key);
          if (!exists) drop(group, key, held);
        }
        rebalance(name);
      }
    },
    close() {
      for (const group of groups.values()) for (const held of group.owned.values()) held.revoking?.abort();
      groups.clear();
    },
  };
}

/** The event as it crosses the socket. */
export function toGroupEvent(consumer: number, event: MemberEvent): GroupEvent {
  if (event.event === 'expelled') return { event: 'expelled', consumer };
  if (event.event === 'revoking') return { event: 'revoking', consumer, partitions: [...event.partitions] };
  return { event: 'assigned', consumer, partitions: [...event.partitions] };
}
