import { expect, it } from '@jest/globals';
import { systemClock } from '@ccd/reconcile';
import { describeWithServers, startRedis, startRedisWithReplica, useServer } from '@ccd/testkit/servers';
import { Redis } from 'ioredis';
import { describeKeyIndexContract } from '../testing/key-index-contract.ts';
import { describeKeyStoreContract } from '../testing/key-store-contract.ts';
import { createMemoryJournal } from '../testing/memory-journal.ts';
import type { RedisOptions } from './options.ts';
import { createRedisIndex } from './redis-index.ts';

const timeoutMs = 2_000;

const at = ({ host, port }: { host: string; port: number }): RedisOptions => ({
  mode: 'standalone',
  host,
  port,
  timeoutMs,
});

async function onServer<T>(port: number, task: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis({ port });
  try {
    return await task(redis);
  } finally {
    redis.disconnect();
  }
}

describeWithServers('redis', 'createRedisIndex on one server', () => {
  const server = useServer(() => startRedis());

  describeKeyIndexContract('createRedisIndex', async () =>
    createRedisIndex(at(server()), { clock: systemClock }),
  );

  describeKeyStoreContract('Redis', async () => ({
    journal: createMemoryJournal(),
    openIndex: async () => createRedisIndex(at(server()), { clock: systemClock }),
    loseIndex: async () => {
      await onServer(server().port, (redis) => redis.flushall());
    },
  }));

  it('lets every key of Redis go in the end', async () => {
    const keysWithoutEnd = await onServer(server().port, async (redis) => {
      const keys = await redis.keys('*');
      const ends = await Promise.all(keys.map((key) => redis.pttl(key)));
      expect(keys.length).toBeGreaterThan(0);
      return keys.filter((_, which) => (ends[which] ?? -1) < 0);
    });
    expect(keysWithoutEnd).toEqual([]);
  });
});

describeWithServers('redis', 'createRedisIndex behind sentinels', () => {
  const servers = useServer(() => startRedisWithReplica());

  describeKeyIndexContract('createRedisIndex', async () => {
    const { name, sentinel } = servers();
    const { host, port } = sentinel;
    return createRedisIndex(
      { mode: 'sentinel', name, sentinels: [{ host, port }], timeoutMs },
      { clock: systemClock },
    );
  });
});
