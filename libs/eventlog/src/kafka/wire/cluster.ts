import { findCoordinatorV4, FindCoordinatorKeyTypes, metadataV12 } from '@platformatic/kafka';
import type { ConnectionOptions } from '@platformatic/kafka';
import type { Clock } from '@ccd/reconcile';
import { LogUnavailableError, TopicNotFoundError } from '../../errors.ts';
import { connectBroker } from './broker-connection.ts';
import type { BrokerAddress, BrokerConnection } from './broker-connection.ts';
import { assertCode, codes, KafkaError, NoAnswerError } from './errors.ts';
import { withRetries } from './retry.ts';
import { TopicTable } from './topic-table.ts';
import type { TopicEntry } from './topic-table.ts';

export interface ClusterOptions {
  readonly bootstrap: readonly BrokerAddress[];
  readonly clientId: string;
  readonly security: Pick<ConnectionOptions, 'tls' | 'sasl'>;
  readonly clock: Clock;
  readonly deadlineMs: number;
}

export type Coordinated = 'group' | 'transaction';

/** The brokers: how to reach each, which of them leads what, and how long to try. */
export interface Cluster {
  readonly clock: Clock;
  readonly deadlineMs: number;
  /** How long one request may take, when `remainingMs` are left: a broker that hangs must leave time for another. */
  timeoutFor(remainingMs: number): number;
  /** A connection to any broker that answers. @throws NoAnswerError */
  any(timeoutMs: number): Promise<BrokerConnection>;
  /** `lane` keeps apart what would wait for each other on one connection. @throws NoAnswerError */
  node(id: number, lane: string, timeoutMs: number): Promise<BrokerConnection>;
  /** One topic, from memory where it is known. @throws TopicNotFoundError, NoAnswerError */
  topic(name: string, timeoutMs: number): Promise<TopicEntry>;
  /** What is remembered of a topic. */
  known(name: string): TopicEntry | undefined;
  forget(topic: string): void;
  /** All topics as they are now, or those named; the ones that do not exist are left out. */
  topics(names: readonly string[] | undefined, timeoutMs: number): Promise<readonly TopicEntry[]>;
  /** What each broker that can be reached knows of a topic; undefined: nothing. */
  everywhere(topic: string, timeoutMs: number): Promise<readonly (TopicEntry | undefined)[]>;
  /** The node that looks after a group or a transactional id. @throws NoAnswerError, KafkaError */
  coordinator(kind: Coordinated, key: string, timeoutMs: number): Promise<number>;
  forgetCoordinator(kind: Coordinated, key: string): void;
  closeLane(lane: string): void;
  /** @throws LogUnavailableError once it is closed */
  assertOpen(): void;
  close(): void;
}

/** Time for one connection to come about, so that an address that does not answer leaves time for the next. */
const connectMs = 5_000;

export function createCluster({ bootstrap, clientId, security, clock, deadlineMs }: ClusterOptions): Cluster {
  const lanes = new Map<string, Promise<BrokerConnection>>();
  const addresses = new Map<number, BrokerAddress>();
  const coordinators = new Map<string, number>();
  const table = new TopicTable();
  const asking = new Map<string, Promise<TopicEntry>>();
  let preferred: BrokerConnection | undefined;
  let turn = 0;
  let closed = false;

  function assertOpen(): void {
    if (closed) throw new LogUnavailableError('this connection is closed');
  }

  /** The lane's connection: the one there is, or a new one. */
  async function connection(
    address: BrokerAddress,
    lane: string,
    timeoutMs: number,
  ): Promise<BrokerConnection> {
    assertOpen();
    const key = `${lane} ${address.host}:${address.port}`;
    const present = lanes.get(key);
    if (present) {
      const found = await present;
      if (found.open) return found;
      if (lanes.get(key) === present) {
        lanes.delete(key);
        found.retire();
      }
      return connection(address, lane, timeoutMs);
    }
    const made = connectBroker(address, clientId, security, Math.min(timeoutMs, connectMs));
    lanes.set(key, made);
    try {
      const found = await made;
      if (closed || lanes.get(key) !== made) {
        found.close();
        assertOpen();
        throw new NoAnswerError('the connection was closed');
      }
      return found;
    } catch (error) {
      if (lanes.get(key) === made) lanes.delete(key);
      throw error;
    }
  }

  async function any(timeoutMs: number): Promise<BrokerConnection> {
    if (preferred?.open === true) return preferred;
    const candidates = [...addresses.values(), ...bootstrap];
    let failure: unknown = new NoAnswerError('no broker is known');
    for (let count = 0; count < candidates.length; count++) {
      // Onwards from the last one: it may take connections and still not answer.
      const address = candidates[turn++ % candidates.length];
      if (!address) continue;
      try {
        preferred = await connection(address, 'main', timeoutMs / 2);
        return preferred;
      } catch (error) {
        failure = error;
        assertOpen();
      }
    }
    throw failure;
  }

  async function metadata(
    broker: BrokerConnection,
    names: readonly string[] | undefined,
    timeoutMs: number,
  ): Promise<metadataV12.MetadataResponse> {
    const topics = names && [...names];
    // Nothing may come into being by being asked for.
    const answer = await broker.request(metadataV12.api, [topics ?? null, false, false], timeoutMs);
    if (answer.brokers.length > 0) {
      addresses.clear();
      for (const { nodeId, host, port } of answer.brokers) addresses.set(nodeId, { host, port });
    }
    return answer;
  }

  function entriesOf(answer: metadataV12.MetadataResponse): readonly TopicEntry[] {
    return answer.topics.flatMap(({ errorCode, name, topicId, isInternal, partitions }) => {
      const gone = errorCode === codes.unknownTopicOrPartition || errorCode === codes.invalidTopic;
      if (gone || name === null || name === undefined) return [];
      if (errorCode !== codes.leaderNotAvailable) assertCode(errorCode);
      const leaders = partitions
        .toSorted((one, other) => one.partitionIndex - other.partitionIndex)
        .map(({ leaderId }) => leaderId);
      return [{ name, id: topicId, internal: isInternal, leaders }];
    });
  }

  async function topics(
    names: readonly string[] | undefined,
    timeoutMs: number,
  ): Promise<readonly TopicEntry[]> {
    const found = entriesOf(await metadata(await any(timeoutMs), names, timeoutMs));
    for (const entry of found) table.set(entry, clock.monotonic());
    return found;
  }

  async function ask(name: string, timeoutMs: number): Promise<TopicEntry> {
    const [found] = await topics([name], timeoutMs);
    if (!found) throw new TopicNotFoundError(name);
    return found;
  }

  return {
    clock,
    deadlineMs,
    timeoutFor: (remainingMs) => Math.max(1, Math.min(remainingMs, Math.max(1_000, deadlineMs / 2))),
    any,
    async node(id, lane, timeoutMs) {
      if (!addresses.has(id)) await metadata(await any(timeoutMs), [], timeoutMs);
      const address = addresses.get(id);
      if (!address) throw new NoAnswerError(`broker ${id} is not there`);
      return connection(address, lane, timeoutMs);
    },
    known: (name) => table.get(name, clock.monotonic()),
    topic(name, timeoutMs) {
      const known = table.get(name, clock.monotonic());
      if (known) return Promise.resolve(known);
      const under = asking.get(name);
      if (under) return under;
      const asked = ask(name, timeoutMs).finally(() => asking.delete(name));
      asking.set(name, asked);
      return asked;
    },
    forget(topic) {
      table.forget(topic);
    },
    topics,
    async everywhere(topic, timeoutMs) {
      await metadata(await any(timeoutMs), [], timeoutMs);
      const asked = await Promise.allSettled(
        [...addresses.values()].map(async (address) => {
          const broker = await connection(address, 'main', timeoutMs);
          return entriesOf(await metadata(broker, [topic], timeoutMs))[0];
        }),
      );
      const seen = asked.filter((each) => each.status === 'fulfilled').map(({ value }) => value);
      if (seen.length === 0) throw new NoAnswerError('no broker answers');
      return seen;
    },
    async coordinator(kind, key, timeoutMs) {
      const known = coordinators.get(`${kind} ${key}`);
      if (known !== undefined) return known;
      const broker = await any(timeoutMs);
      const type = kind === 'group' ? FindCoordinatorKeyTypes.GROUP : FindCoordinatorKeyTypes.TRANSACTION;
      const { coordinators: found } = await broker.request(findCoordinatorV4.api, [type, [key]], timeoutMs);
      const [coordinator] = found;
      if (!coordinator) throw new KafkaError(codes.coordinatorNotAvailable);
      assertCode(coordinator.errorCode);
      const { nodeId, host, port } = coordinator;
      addresses.set(nodeId, { host, port });
      coordinators.set(`${kind} ${key}`, nodeId);
      return nodeId;
    },
    forgetCoordinator(kind, key) {
      coordinators.delete(`${kind} ${key}`);
    },
    closeLane(lane) {
      for (const [key, made] of lanes) {
        if (!key.startsWith(`${lane} `)) continue;
        lanes.delete(key);
        made.then(
          (each) => {
            each.close();
          },
          () => {},
        );
      }
    },
    assertOpen,
    close() {
      closed = true;
      for (const made of lanes.values()) {
        made.then(
          (each) => {
            each.close();
          },
          () => {},
        );
      }
      lanes.clear();
    },
  };
}

/** Asks the node that looks after a group or a transactional id, which may have moved. */
export async function askCoordinator<T>(
  cluster: Cluster,
  [kind, key]: readonly [Coordinated, string],
  lane: string,
  ask: (broker: BrokerConnection, timeoutMs: number) => Promise<T>,
  patience: { readonly deadlineMs?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<T> {
  const { clock } = cluster;
  return withRetries({ clock, deadlineMs: cluster.deadlineMs, ...patience }, async (remainingMs) => {
    const timeoutMs = cluster.timeoutFor(remainingMs);
    try {
      return await ask(
        await cluster.node(await cluster.coordinator(kind, key, timeoutMs), lane, timeoutMs),
        timeoutMs,
      );
    } catch (error) {
      if (isMoved(error)) cluster.forgetCoordinator(kind, key);
      throw error;
    }
  });
}

function isMoved(error: unknown): boolean {
  if (error instanceof NoAnswerError) return true;
  return (
    error instanceof KafkaError &&
    (error.code === codes.notCoordinator || error.code === codes.coordinatorNotAvailable)
  );
}
