import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { CreateBucketCommand, HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { keptText, startKafka, startPostgres, startRedis, startS3 } from '@ccd/testkit/servers';

type Settings = Readonly<Record<string, string>>;

/** What apps and people have to be told of a server. */
interface Told {
  readonly controlPlane?: Settings;
  readonly dataPlane?: Settings;
  readonly bucket?: { readonly name: string; readonly credentials: string; readonly where: string };
  readonly place: readonly [what: string, where: string];
}

export interface LocalServer {
  readonly told: Told;
  shutDown(): Promise<void>;
  /** Resolves when it has ended, however it did. */
  ended(): Promise<void>;
}

const newPassword = (): string => randomBytes(24).toString('base64url');

/** Starts each server with its data in a folder of its own, as it was left there. */
export const localServers = {
  async kafka(home: string): Promise<LocalServer> {
    const kafka = await startKafka({ home });
    const brokers = kafka.brokers.join();
    return {
      told: {
        dataPlane: { EVENTLOG_ENGINE: 'kafka', STRM_BOOTSTRAP_SERVERS: brokers },
        place: ['Kafka', brokers],
      },
      shutDown: () => kafka.shutDown(),
      ended: () => Promise.race(kafka.nodes.map((node) => node.ended())),
    };
  },

  async redis(home: string): Promise<LocalServer> {
    const password = keptText(home, 'password', newPassword);
    const redis = await startRedis({
      home,
      settings: { appendonly: 'yes', appendfsync: 'everysec', requirepass: password },
    });
    const address = `${redis.host}:${redis.port}`;
    return {
      told: {
        dataPlane: { KEYSTORE_ENGINE: 'redis', STRM_REDIS_HOST: address, STRM_REDIS_PASSWORD: password },
        place: ['Redis', address],
      },
      shutDown: () => redis.shutDown(),
      ended: () => redis.ended(),
    };
  },

  async postgres(home: string): Promise<LocalServer> {
    const password = keptText(home, 'password', newPassword);
    const postgres = await startPostgres({
      home,
      password,
      settings: { fsync: 'on', full_page_writes: 'on' },
    });
    const { host, port, user, database } = postgres;
    return {
      told: {
        controlPlane: {
          DATABASE_ENGINE: 'postgres',
          DATABASE_URL: `postgres://${user}:${password}@${host}:${port}/${database}`,
        },
        place: ['PostgreSQL', `${host}:${port}/${database}`],
      },
      shutDown: () => postgres.shutDown(),
      ended: () => postgres.ended(),
    };
  },

  async s3(home: string, bucket: string): Promise<LocalServer> {
    const s3 = await startS3({ home });
    const { endpoint, region, accessKeyId, secretAccessKey } = s3;
    const client = new S3Client({
      endpoint,
      region,
      credentials: { accessKeyId, secretAccessKey },
      forcePathStyle: true,
    });
    const isThere = await client.send(new HeadBucketCommand({ Bucket: bucket })).then(
      () => true,
      () => false,
    );
    if (!isThere) await client.send(new CreateBucketCommand({ Bucket: bucket }));
    client.destroy();
    const credentials = { url: endpoint, accessKey: accessKeyId, secretKey: secretAccessKey };
    return {
      told: {
        dataPlane: { STORAGE_ALLOWED_NETWORKS: `${s3.host}/32` },
        bucket: {
          name: bucket,
          credentials: JSON.stringify(credentials),
          where: join(s3.objects, bucket),
        },
        place: ['S3', endpoint],
      },
      shutDown: () => s3.shutDown(),
      ended: () => s3.ended(),
    };
  },
};

export type LocalServerName = keyof typeof localServers;

export const isLocalServer = (name: string): name is LocalServerName => Object.hasOwn(localServers, name);
