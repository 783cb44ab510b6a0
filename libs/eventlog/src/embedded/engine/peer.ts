import { PartitionsLostError } from '../../errors.ts';
import type { Committer } from '../store/committer.ts';
import type { Store } from '../store/store.ts';
import type { Groups, MemberEvent } from './groups.ts';
import type { WaitingRoom } from './waiting-room.ts';

/** What the connection that a request came over offers to its handling. */
export interface Peer {
  readonly id: string;
  /** Set by the first request. */
  client: string | undefined;
  /** Groups by the consumer that joined them. */
  readonly memberships: Map<number, string>;
  /** Waiting fetches by request. */
  readonly fetches: Map<number, AbortController>;
  notify(consumer: number, event: MemberEvent): void;
  /** Whether another batch of records may be read for it. */
  isWritable(): boolean;
  /** Counts the bytes of an answer that is on its way to being sent. */
  reserve(bytes: number): void;
  drained(): Promise<void>;
}

export interface Answer {
  readonly result: unknown;
  readonly payload?: Buffer;
}

export interface EngineParts {
  readonly store: Store;
  readonly committer: Committer;
  readonly groups: Groups;
  readonly waitingRoom: WaitingRoom;
}

export function memberId(peer: Peer, consumer: number): string {
  return `${peer.id}:${consumer}`;
}

/** @throws PartitionsLostError when the consumer is in no group */
export function groupOf(peer: Peer, consumer: number): string {
  const group = peer.memberships.get(consumer);
  if (group === undefined) throw new PartitionsLostError('(none)');
  return group;
}
