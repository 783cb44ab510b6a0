import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { eventually } from '../../eventually.ts';
import { findSource } from '../find-source.ts';
import { freePort } from '../free-port.ts';
import { onAll, startAll } from '../server-group.ts';
import type { ServerActions, TestServer } from '../test-server.ts';
import type { ServerTls } from '../tls/server-tls.ts';
import { startRedisFrom } from './start-redis.ts';
import type { RedisOptions } from './start-redis.ts';

/** Three primaries with a third of the slots each, and a replica of each that takes its place when it is lost. */
export interface RedisCluster extends ServerActions {
  /** As they were at the start; after a failover the cluster knows better. */
  readonly primaries: readonly TestServer[];
  readonly replicas: readonly TestServer[];
  /** Runs a command as the administrator on one node. */
  readonly onNode: <T>(node: TestServer, task: (redis: Redis) => Promise<T>) => Promise<T>;
}

const slots = 16_384;
const count = 3;
const nodeTimeoutMs = 1_000;

/**
 * Starts six nodes and makes them a cluster; every slot is served, and every replica follows. A node that is silent for a
 * second is lost. The administrator is the user `default`, whose password nobody else knows.
 */
export async function startRedisCluster(options: RedisOptions = {}): Promise<RedisCluster> {
  const source = findSource('redis');
  const password = randomBytes(16).toString('hex');
  const startNode = async (): Promise<TestServer> =>
    startRedisFrom(source, {
      ...options,
      users: [`default on >${password} ~* &* +@all`, ...(options.users ?? [])],
      settings: {
        'cluster-enabled': 'yes',
        // The port that Redis would take is among those that outgoing connections get.
        'cluster-port': await freePort(),
        'cluster-announce-ip': '127.0.0.1',
        'cluster-node-timeout': nodeTimeoutMs,
        'cluster-replica-validity-factor': 0,
        masterauth: password,
        ...options.settings,
      },
    });
  const nodes = await startAll(Array.from({ length: 2 * count }, startNode));
  const onNode = async <T>(node: TestServer, task: (redis: Redis) => Promise<T>): Promise<T> => {
    const redis = connectTo(node, password, options.tls);
    try {
      return await task(redis);
    } finally {
      redis.disconnect();
    }
  };
  try {
    const [primaries, replicas] = [nodes.slice(0, count), nodes.slice(count)];
    await join(primaries, replicas, onNode);
    return { primaries, replicas, onNode, ...onAll(nodes) };
  } catch (error) {
    await onAll(nodes).stop();
    throw error;
  }
}

function connectTo({ host, port }: TestServer, password: string, tls?: ServerTls): Redis {
  const client = tls && { ca: tls.ca, cert: tls.server.cert, key: tls.server.key };
  const ofAnyName = { ...client, checkServerIdentity: () => undefined };
  const redis = new Redis({ host, port, password, disconnectTimeout: 50, ...(tls && { tls: ofAnyName }) });
  redis.on('error', () => {});
  return redis;
}

async function join(
  primaries: readonly TestServer[],
  replicas: readonly TestServer[],
  onNode: RedisCluster['onNode'],
): Promise<void> {
  const nodes = [...primaries, ...replicas];
  const bounds = primaries.map((_, at) => Math.floor((at * slots) / count));
  await Promise.all(
    primaries.map((node, at) =>
      onNode(node, (redis) => redis.cluster('ADDSLOTSRANGE', bounds[at] ?? 0, (bounds[at + 1] ?? slots) - 1)),
    ),
  );
  await Promise.all(
    nodes.map((node, at) => onNode(node, (redis) => redis.call('CLUSTER', 'SET-CONFIG-EPOCH', at + 1))),
  );
  const [first] = nodes;
  if (first === undefined) throw new Error('a cluster has nodes');
  await onNode(first, async (redis) => {
    for (const { host, port, busPort } of await Promise.all(
      nodes.slice(1).map((node) => busOf(node, onNode)),
    )) {
      await redis.call('CLUSTER', 'MEET', host, port, busPort);
    }
  });
  await eventually('every node knows every other', async () =>
    (await infos(nodes, onNode)).every((info) => info.includes(`cluster_known_nodes:${nodes.length}`)),
  );
  await Promise.all(
    replicas.map(async (node, at) => {
      const primary = primaries[at];
      if (primary === undefined) throw new Error('as many replicas as primaries');
      const id = await onNode(primary, (redis) => redis.cluster('MYID'));
      await onNode(node, (redis) => redis.call('CLUSTER', 'REPLICATE', id));
    }),
  );
  await eventually('the cluster serves every slot, and every replica follows', async () => {
    const states = await infos(nodes, onNode);
    const roles = await Promise.all(
      replicas.map((node) => onNode(node, (redis) => redis.info('replication'))),
    );
    return (
      states.every((info) => info.includes('cluster_state:ok')) &&
      roles.every((info) => info.includes('master_link_status:up'))
    );
  });
}

async function busOf(
  node: TestServer,
  onNode: RedisCluster['onNode'],
): Promise<{ host: string; port: number; busPort: string }> {
  const [, busPort = ''] = await onNode(node, (redis) => redis.config('GET', 'cluster-port'));
  return { host: node.host, port: node.port, busPort };
}

function infos(nodes: readonly TestServer[], onNode: RedisCluster['onNode']): Promise<string[]> {
  return Promise.all(nodes.map((node) => onNode(node, (redis) => redis.cluster('INFO'))));
}
