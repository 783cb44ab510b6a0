import { existsSync } from 'node:fs';
import { afterEach, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import { eventually } from '../../eventually.ts';
import {
  createTestCertificates,
  describeWithServers,
  startRedis,
  startRedisCluster,
  startRedisWithLaggingReplica,
  startRedisWithReplica,
  useServer,
} from '../index.ts';

const clients: Redis[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});

function connectTo(options: Omit<RedisOptions, 'replyMapping'>): Redis {
  const client = new Redis({ host: '127.0.0.1', retryStrategy: () => 20, disconnectTimeout: 50, ...options });
  client.on('error', () => {});
  clients.push(client);
  return client;
}

describeWithServers('redis', 'startRedis', () => {
  const server = useServer(() => startRedis({ settings: { appendonly: 'yes', appendfsync: 'always' } }));

  it('keeps what it was told through a kill', async () => {
    const client = connectTo({ port: server().port });
    await client.set('key', 'value');
    await server().kill();
    await server().restart();
    await expect(client.get('key')).resolves.toBe('value');
  });

  it('answers nothing while it is paused, and late when it is resumed', async () => {
    const client = connectTo({ port: server().port });
    await client.set('key', 'before');
    await server().pause();
    await expect(connectTo({ port: server().port, commandTimeout: 100 }).get('key')).rejects.toThrow(
      'Command timed out',
    );
    const answer = client.get('key');
    await server().resume();
    await expect(answer).resolves.toBe('before');
  });

  it('is gone with its folder when it is stopped', async () => {
    const other = await startRedis();
    await other.stop();
    expect(existsSync(other.folder)).toBe(false);
    await expect(
      connectTo({ port: other.port, retryStrategy: () => null, lazyConnect: true }).connect(),
    ).rejects.toThrow('Connection is closed');
  });

  it('says what is wrong when it does not start', async () => {
    await expect(startRedis({ settings: { 'no-such-directive': 1 } })).rejects.toThrow(
      /Redis: ended before it was ready\n[\s\S]*no-such-directive/,
    );
  });
});

describeWithServers('redis', 'startRedis, with TLS and users', () => {
  it('lets in who has a name and a certificate, to what the name allows', async () => {
    const { ca, server: its, client: own, strangeClient } = await createTestCertificates();
    const server = await startRedis({
      tls: { ca, server: its, clients: 'need a certificate' },
      users: ['default off', 'app on >secret ~key:* +get +set'],
    });
    // Its ready check asks for INFO, which this user may not.
    const login = { port: server.port, username: 'app', password: 'secret', enableReadyCheck: false };
    const once = { retryStrategy: () => null, maxRetriesPerRequest: 0 };
    try {
      const client = connectTo({ ...login, tls: { ca, ...own } });
      await client.set('key:1', 'value');
      await expect(client.get('key:1')).resolves.toBe('value');
      await expect(client.get('other:1')).rejects.toThrow('NOPERM');
      await expect(client.flushall()).rejects.toThrow('NOPERM');
      await expect(
        connectTo({ ...login, ...once, tls: { ca, ...strangeClient } }).get('key:1'),
      ).rejects.toThrow('Connection is closed');
      await expect(connectTo({ ...login, ...once }).get('key:1')).rejects.toThrow('Connection is closed');
    } finally {
      await server.stop();
    }
  });
});

describeWithServers('redis', 'startRedisWithReplica', () => {
  const server = useServer(() => startRedisWithReplica());

  it('goes on with the replica when the primary is killed', async () => {
    const { primary, replica, sentinel, name } = server();
    const before = connectTo({ port: primary.port });
    await before.set('key', 'value');
    await before.wait(1, 1_000);
    await primary.kill();
    const client = connectTo({ sentinels: [{ host: sentinel.host, port: sentinel.port }], name });
    await eventually('the replica takes writes', () => client.set('key', 'after'));
    await expect(connectTo({ port: replica.port }).get('key')).resolves.toBe('after');
  });
});

describeWithServers('redis', 'startRedisWithLaggingReplica', () => {
  const server = useServer(() => startRedisWithLaggingReplica());

  it('keeps from the replica for good what the primary is told from then on', async () => {
    const { primary, replica } = server();
    const [ofPrimary, ofReplica] = [connectTo({ port: primary.port }), connectTo({ port: replica.port })];
    await ofPrimary.set('early', 'value');
    await eventually('the replica has caught up', () => ofReplica.get('early'));
    server().stopReplication();
    await ofPrimary.set('late', 'value');
    await primary.kill();
    await eventually('the replica is promoted', () => ofReplica.set('after', 'value'));
    await expect(ofReplica.mget('early', 'late')).resolves.toEqual(['value', null]);
  });
});

describeWithServers('redis', 'startRedisCluster', () => {
  const cluster = useServer(() => startRedisCluster());

  it('spreads the slots, and a replica takes the place of a primary that is killed', async () => {
    const { primaries, replicas, onNode } = cluster();
    const [primary, other] = primaries;
    const [replica] = replicas;
    if (!primary || !other || !replica) throw new Error('there are three of each');
    /** The first of each range, and the port of the node that serves it. */
    const slotsOf = async (): Promise<readonly (readonly (number | undefined)[])[]> =>
      onNode(other, async (redis) => {
        const ranges = await redis.cluster('SLOTS');
        return ranges.map(([first, , node]) => [first, node?.[1]]).sort(([a = 0], [b = 0]) => a - b);
      });
    await expect(slotsOf()).resolves.toEqual(
      [0, 5_461, 10_922].map((first, at) => [first, primaries[at]?.port]),
    );
    await primary.kill();
    await eventually('the replica serves its slots', async () => {
      const [first] = await slotsOf();
      return first?.[1] === replica.port;
    });
  });
});
