import type { ConnectionOptions } from '@platformatic/kafka';
import type { Clock } from '@ccd/reconcile';
import type { EventLog } from '../port.ts';
import { createKafkaConsumer } from './consuming/consumer.ts';
import type { GroupTiming } from './consuming/group-requests.ts';
import { createKafkaProducer } from './producing/producer.ts';
import { takeOver } from './producing/producer-identity.ts';
import { createKafkaTransactionalProducer } from './producing/transactional-producer.ts';
import { createTopicAdmin } from './topic-admin.ts';
import type { BrokerAddress } from './wire/broker-connection.ts';
import { createCluster } from './wire/cluster.ts';
import type { Compression } from './wire/encode-batch.ts';
import { toPortError } from './wire/errors.ts';
import { withRetries } from './wire/retry.ts';

export interface KafkaLogOptions {
  readonly bootstrap: readonly BrokerAddress[];
  readonly clientId: string;
  readonly security: Pick<ConnectionOptions, 'tls' | 'sasl'>;
  readonly clock: Clock;
  /** How long a request is retried, and an outage borne, before LogUnavailableError. */
  readonly deadlineMs: number;
  /** Of topics made without one of their own; -1: the brokers' default. */
  readonly replicationFactor?: number | undefined;
  readonly minInsyncReplicas?: number | undefined;
  readonly compression: Compression;
  readonly lingerMs: number;
  readonly timing: GroupTiming;
}

/** Brokers abort a transaction that its producer leaves open for so long; readers wait for it meanwhile. */
const transactionTimeoutMs = 30_000;

/**
 * Connects to the brokers, and stays connected: through the loss of a broker, requests are retried at its successor.
 * @throws LogUnavailableError when none answers within the deadline
 */
export async function connectKafkaLog(options: KafkaLogOptions): Promise<EventLog> {
  const { clock, deadlineMs, replicationFactor, minInsyncReplicas, compression, lingerMs, timing } = options;
  const cluster = createCluster(options);
  const open = new Set<{ close(): Promise<void> }>();
  let made = 0;

  function adopt<T extends { close(): Promise<void> }>(part: T): T {
    const adopted = {
      ...part,
      async close() {
        await part.close();
        open.delete(adopted);
      },
    };
    open.add(adopted);
    return adopted;
  }

  async function ping(): Promise<void> {
    try {
      await withRetries({ clock, deadlineMs }, async (remainingMs) => {
        await cluster.topics([], cluster.timeoutFor(remainingMs));
      });
    } catch (error) {
      throw toPortError(error);
    }
  }

  const log: EventLog = {
    admin: createTopicAdmin(cluster, { replicationFactor, minInsyncReplicas }),
    async createProducer() {
      cluster.assertOpen();
      return adopt(createKafkaProducer(cluster, `producer${made++}`, { compression, lingerMs }));
    },
    async createTransactionalProducer(transactionalId) {
      cluster.assertOpen();
      try {
        const identity = await takeOver(cluster, transactionalId, transactionTimeoutMs);
        const lane = `transactions${made++}`;
        return adopt(
          createKafkaTransactionalProducer({ cluster, lane, transactionalId, identity, compression }),
        );
      } catch (error) {
        throw toPortError(error);
      }
    },
    async createConsumer(consumerOptions) {
      cluster.assertOpen();
      return adopt(createKafkaConsumer(cluster, `consumer${made++}`, consumerOptions, timing));
    },
    ping,
    async close() {
      await Promise.all([...open].map((part) => part.close()));
      cluster.close();
    },
  };
  try {
    await ping();
    return log;
  } catch (error) {
    cluster.close();
    throw error;
  }
}
