import { afterEach, expect, it } from '@jest/globals';
import { systemClock } from '@ccd/reconcile';
import { createFakeClock } from '@ccd/reconcile/testing';
import { eventually } from '@ccd/testkit';
import { describeWithServers, startRedis, startRedisWithReplica, useServer } from '@ccd/testkit/servers';
import { Redis } from 'ioredis';
import { KeyStoreUnavailableError } from '../errors.ts';
import type { KeyIndex } from '../port.ts';
import { newEntry } from '../testing/key-index-contract.ts';
import type { RedisTopology } from './options.ts';
import { createRedisIndex } from './redis-index.ts';

const timeoutMs = 300;

const opened: KeyIndex[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((index) => index.close()));
});

function open(topology: RedisTopology, clock = systemClock): KeyIndex {
  const index = createRedisIndex({ ...topology, timeoutMs }, { clock });
  opened.push(index);
  return index;
}

/** Why the index does not answer; undefined where it does. */
async function troubleOf(index: KeyIndex): Promise<string | undefined> {
  try {
    // A node of a cluster answers a ping while the cluster is down.
    await index.current('nobody');
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(KeyStoreUnavailableError);
    return (error as KeyStoreUnavailableError).reason;
  }
}

const isBack = (index: KeyIndex): Promise<unknown> =>
  eventually('Redis is back', async () => (await troubleOf(index)) === undefined);

/** Claims a hundred keys that Redis does not take now, and answers their links. */
async function claimInVain(index: KeyIndex): Promise<readonly string[]> {
  const entries = Array.from({ length: 100 }, () => newEntry());
  const claims = await Promise.allSettled(entries.map((entry) => index.claim(entry, 0)));
  expect(claims.filter(({ status }) => status === 'fulfilled')).toEqual([]);
  return entries.map(({ keyLink }) => keyLink);
}

interface Outage {
  readonly topology: RedisTopology;
  kill(): Promise<void>;
  restart(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
}

function describeOutage(name: string, start: () => Promise<Outage & { stop(): Promise<void> }>): void {
  describeWithServers('redis', `createRedisIndex whose Redis is away, ${name}`, () => {
    const server = useServer(start);

    it('does not carry out later what it has given up while Redis was gone', async () => {
      const index = open(server().topology);
      await isBack(index);
      await server().kill();
      const abandoned = await claimInVain(index);
      await server().restart();
      await isBack(index);
      await expect(index.byLinks(abandoned)).resolves.toHaveProperty('size', 0);
    });

    it('sends nothing to a Redis that has hung for long, and does not carry it out later', async () => {
      const index = open(server().topology);
      await isBack(index);
      await server().pause();
      let abandoned: readonly string[];
      try {
        await eventually('the connection is given up', async () =>
          /no connection/.test((await troubleOf(index)) ?? ''),
        );
        abandoned = await claimInVain(index);
      } finally {
        await server().resume();
      }
      await isBack(index);
      await expect(index.byLinks(abandoned)).resolves.toHaveProperty('size', 0);
    });

    it('lets nobody wait for a Redis that has been gone for longer than it may take', async () => {
      const clock = createFakeClock();
      const index = open(server().topology, clock);
      const troubleByThen = async (): Promise<string | undefined> => {
        const trouble = troubleOf(index);
        await clock.advance(timeoutMs);
        return trouble;
      };
      await eventually('Redis is there', async () => (await troubleByThen()) === undefined);
      await server().kill();
      try {
        await eventually('the connection is given up', async () =>
          /no connection/.test((await troubleByThen()) ?? ''),
        );
        // Nobody moves the clock on.
        await claimInVain(index);
      } finally {
        await server().restart();
      }
      await eventually('Redis is back', async () => (await troubleByThen()) === undefined);
    });
  });
}

describeOutage('one server', async () => {
  const server = await startRedis();
  const { host, port } = server;
  return { ...server, topology: { mode: 'standalone', host, port } };
});

describeOutage('in a cluster', async () => {
  const server = await startRedis({
    // A node that is killed knows its slots when it comes back.
    settings: { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' },
  });
  const { host, port } = server;
  const redis = new Redis({ port });
  await redis.cluster('ADDSLOTSRANGE', 0, 16_383);
  redis.disconnect();
  return { ...server, topology: { mode: 'cluster', nodes: [{ host, port }] } };
});

describeOutage('behind a sentinel', async () => {
  const servers = await startRedisWithReplica();
  const { name, primary, replica, sentinel } = servers;
  const both = (act: 'kill' | 'restart' | 'pause' | 'resume') => async (): Promise<void> => {
    await Promise.all([primary[act](), replica[act]()]);
  };
  return {
    topology: { mode: 'sentinel', name, sentinels: [{ host: sentinel.host, port: sentinel.port }] },
    kill: both('kill'),
    restart: both('restart'),
    pause: both('pause'),
    resume: both('resume'),
    stop: () => servers.stop(),
  };
});
