import { CreateBucketCommand, GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { connectEventLog, eventLogOptions, readTopic } from '@ccd/eventlog';
import type { EventLog } from '@ccd/eventlog';
import { systemClock } from '@ccd/reconcile';
import { startSpoilingProxy } from '@ccd/storage/testing';
import type { SpoilingProxy } from '@ccd/storage/testing';
import { startKafka, startPostgres, startRedis, startS3 } from '@ccd/testkit/servers';
import type { KafkaServer, PostgresServer, S3Server, TestServer } from '@ccd/testkit/servers';
import { toPartitions } from '../faults/read-exported.ts';
import type { LogRecord } from '../faults/read-log.ts';
import { inParallel } from '../send-events.ts';
import type { EngineSet, Outside } from './engine-set.ts';

const bucket = 'exports';
const sessionMs = 6_000;
/** The client has 50 sockets, and warns when many wait for one. */
const readsAtOnce = 16;

export interface ServerSet extends EngineSet {
  readonly kafka: KafkaServer;
  readonly redis: TestServer;
  readonly postgres: PostgresServer;
  readonly databaseUrl: string;
  /** A worker that is silent for so long loses its partitions. */
  readonly sessionMs: number;
  /** Grows with each record that is committed to a topic. */
  endOf(topic: string): Promise<number>;
  /** Stands between the exporters and S3. */
  readonly s3Proxy: SpoilingProxy;
}

/** Another network that the servers have to be reached from. */
export interface ServerReach {
  /** Of this machine, there. */
  readonly machine: string;
  /** Makes a port of 127.0.0.1 one of `machine`, too. */
  expose(port: number): Promise<void>;
}

/**
 * Kafka, Redis, PostgreSQL and S3. Redis keeps nothing on disk: with its process goes all that it knows.
 * @param brokers with three, each topic has three replicas, two of which must have a record
 * @param reach where the data plane is, if that is not on this machine
 */
export async function startServerSet(brokers: 1 | 3 = 1, reach?: ServerReach): Promise<ServerSet> {
  const host = reach?.machine ?? '127.0.0.1';
  const [kafka, redis, postgres, s3] = await Promise.all([
    startKafka({ brokers, ...(reach && { advertised: reach.machine }) }),
    startRedis(),
    startPostgres(),
    startS3(),
  ]);
  const servers = [kafka, redis, postgres, s3];
  const s3Proxy = await startSpoilingProxy(s3.endpoint);
  const portOf = (address: string): number => Number(address.split(':').at(-1));
  for (const port of [...kafka.brokers.map(portOf), redis.port, portOf(s3Proxy.endpoint)])
    await reach?.expose(port);
  const bootstrapServers = kafka.brokers.map((broker) => `${host}:${portOf(broker)}`).join();
  const log = await connectEventLog(eventLogOptions.parse({ engine: 'kafka', bootstrapServers }), {
    clock: systemClock,
  });
  const client = clientOf(s3);
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const databaseUrl = `postgres://${postgres.user}@${postgres.host}:${postgres.port}/${postgres.database}`;
  return {
    kafka,
    redis,
    postgres,
    databaseUrl,
    sessionMs,
    s3Proxy,
    controlPlane: {
      DATABASE_ENGINE: 'postgres',
      DATABASE_URL: databaseUrl,
      SECRETS_KEY: randomBytes(32).toString('base64'),
    },
    dataPlane: {
      EVENTLOG_ENGINE: 'kafka',
      STRM_BOOTSTRAP_SERVERS: bootstrapServers,
      STRM_KAFKA_TOPIC_REPLICATION_FACTOR: `${brokers}`,
      KAFKA_SESSION_TIMEOUT_MS: `${sessionMs}`,
      KEYSTORE_ENGINE: 'redis',
      STRM_REDIS_HOST: `${host}:${redis.port}`,
      STORAGE_ALLOWED_NETWORKS: `${host}/32`,
    },
    bucket: {
      name: bucket,
      credentials: JSON.stringify({
        url: s3Proxy.endpoint.replace('127.0.0.1', host),
        accessKey: s3.accessKeyId,
        secretKey: s3.secretAccessKey,
      }),
    },
    processes: {},
    outside: lookAt(log, client),
    async endOf(topic) {
      return (await log.admin.bounds(topic)).reduce((sum, { latest }) => sum + latest, 0);
    },
    async makeForeignTopic(name) {
      await log.admin.createTopic({ name, partitions: 1, config: { cleanup: 'delete' } });
    },
    async kill() {
      await Promise.all(servers.map((server) => server.kill()));
    },
    async revive() {
      await Promise.all(servers.map((server) => server.restart()));
    },
    async stop() {
      client.destroy();
      await s3Proxy.stop();
      await log.close();
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

const clientOf = ({ endpoint, region, accessKeyId, secretAccessKey }: S3Server): S3Client =>
  new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
  });

function lookAt(log: EventLog, client: S3Client): Outside {
  async function objectsBelow(prefix: string): Promise<ReadonlyMap<string, string>> {
    const found = [];
    // A page has a thousand of them.
    for await (const { Contents = [] } of paginateListObjectsV2(
      { client },
      { Bucket: bucket, Prefix: prefix },
    ))
      found.push(...Contents);
    const texts = new Map<string, string>();
    await inParallel(found, readsAtOnce, async ({ Key: key = '' }) => {
      const { Body: body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      texts.set(key, (await body?.transformToString()) ?? '');
    });
    return texts;
  }
  return {
    topicNames: async () => (await log.admin.listTopics()).map(({ name }) => name),
    async topicId(name) {
      const found = await log.admin.describeTopic(name);
      if (found === undefined) throw new Error(`there is no topic ${name}`);
      return found.id;
    },
    async topic(name) {
      const partitions = new Map<number, LogRecord[]>();
      for (const { partition } of await log.admin.bounds(name)) partitions.set(partition, []);
      for await (const { partition, offset, timestamp, key, value } of readTopic(log, name)) {
        partitions.get(partition)?.push({
          offset,
          storedAt: timestamp,
          key: Buffer.from(key ?? []).toString('utf8'),
          value: value ?? new Uint8Array(),
        });
      }
      return {
        partitions: [...partitions.entries()].toSorted(([a], [b]) => a - b).map(([, records]) => records),
      };
    },
    exported: async (prefix) => toPartitions(await objectsBelow(`${prefix}/`)),
  };
}
