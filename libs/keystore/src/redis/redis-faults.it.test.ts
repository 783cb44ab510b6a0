import { afterEach, expect, it } from '@jest/globals';
import { systemClock } from '@ccd/reconcile';
import { eventually } from '@ccd/testkit';
import {
  describeWithServers,
  startRedis,
  startRedisWithLaggingReplica,
  useServer,
} from '@ccd/testkit/servers';
import { Redis } from 'ioredis';
import { createKeyStore } from '../create-key-store.ts';
import type { RebuildableKeyStore } from '../create-key-store.ts';
import { KeyStoreUnavailableError } from '../errors.ts';
import { createMemoryJournal } from '../testing/memory-journal.ts';
import { newSecrets, newSessionKey } from '../testing/session-keys.ts';
import type { RedisOptions } from './options.ts';
import { createRedisIndex } from './redis-index.ts';

const clock = systemClock;
const streamId = 'stream-1';
const create = () => newSessionKey(clock.now());

const opened: RebuildableKeyStore[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
});

/** A journal and secrets that outlive every store over them. */
function setUp(options: RedisOptions) {
  const [journal, secrets] = [createMemoryJournal(), newSecrets()];
  const open = (): RebuildableKeyStore => {
    const store = createKeyStore({
      index: createRedisIndex(options, { clock }),
      journal,
      secrets,
      clock,
    });
    opened.push(store);
    return store;
  };
  const makeKeys = async (store: RebuildableKeyStore, count: number): Promise<readonly string[]> =>
    Promise.all(
      Array.from({ length: count }, async (_, at) => {
        const { key } = await store.currentKey({ streamId, keyFieldValue: `session ${at}` }, create);
        return key.keyLink;
      }),
    );
  /** How many of the keys another process finds. */
  const countFound = async (keyLinks: readonly string[]): Promise<number> => {
    const found = await open().lookUp(streamId, keyLinks);
    return [...found.values()].filter(({ state }) => state === 'found').length;
  };
  return { open, makeKeys, countFound };
}

describeWithServers('redis', 'a key store whose Redis fails', () => {
  const server = useServer(() => startRedis());
  const at = (timeoutMs: number): RedisOptions => ({
    mode: 'standalone',
    host: server().host,
    port: server().port,
    timeoutMs,
  });

  it('goes on for known sessions while Redis is gone, makes no key, and finds all of them after that', async () => {
    const { open, makeKeys, countFound } = setUp(at(300));
    const store = open();
    const keyLinks = await makeKeys(store, 20);
    await server().kill();
    await expect(makeKeys(store, 20)).resolves.toEqual(keyLinks);
    const asked = store.currentKey({ streamId, keyFieldValue: 'new' }, create);
    await expect(asked).rejects.toThrow(KeyStoreUnavailableError);
    await expect(open().lookUp(streamId, keyLinks)).rejects.toThrow(KeyStoreUnavailableError);
    await server().restart();
    await eventually('the store has its Redis back', async () => {
      const { key } = await store.currentKey({ streamId, keyFieldValue: 'new' }, create);
      return key.keyLink !== '';
    });
    await expect(countFound(keyLinks)).resolves.toBe(20);
  });

  it('repeats over a new connection what a lost one has cut off', async () => {
    const { open, makeKeys, countFound } = setUp(at(5_000));
    const admin = new Redis({ port: server().port });
    const making = makeKeys(open(), 500);
    for (let cut = 0; cut < 5; cut += 1) await admin.call('CLIENT', 'KILL', 'SKIPME', 'yes');
    admin.disconnect();
    await expect(countFound(await making)).resolves.toBe(500);
  });

  it('waits no longer for a Redis that hangs than it was told', async () => {
    const store = setUp(at(100)).open();
    await store.currentKey({ streamId, keyFieldValue: 'known' }, create);
    await server().pause();
    try {
      const asked = store.currentKey({ streamId, keyFieldValue: 'new' }, create);
      await expect(asked).rejects.toThrow(KeyStoreUnavailableError);
    } finally {
      await server().resume();
    }
  });
});

describeWithServers('redis', 'a key store whose Redis is too small', () => {
  const server = useServer(() =>
    startRedis({ settings: { maxmemory: '3mb', 'maxmemory-policy': 'allkeys-lru' } }),
  );

  it('finds every key, of which Redis has evicted many', async () => {
    const { host, port } = server();
    const { open, makeKeys, countFound } = setUp({ mode: 'standalone', host, port, timeoutMs: 5_000 });
    const keyLinks = await makeKeys(open(), 4_000);
    const redis = new Redis({ port });
    const kept = await redis.dbsize();
    redis.disconnect();
    expect(kept).toBeLessThan(4_000);
    await expect(countFound(keyLinks.slice(0, 1_000))).resolves.toBe(1_000);
  });
});

describeWithServers('redis', 'a key store whose primary Redis is lost', () => {
  const servers = useServer(() => startRedisWithLaggingReplica());

  it('goes on with the replica, and finds what that one had not heard of', async () => {
    const { name, sentinel, primary, replica } = servers();
    const { host, port } = sentinel;
    const { open, makeKeys, countFound } = setUp({
      mode: 'sentinel',
      name,
      sentinels: [{ host, port }],
      timeoutMs: 1_000,
    });
    const ofReplica = new Redis({ port: replica.port });
    const countHeardOf = async (keyLinks: readonly string[]): Promise<number> =>
      ofReplica.exists(...keyLinks.map((keyLink) => `ccd:link:${keyLink}`));
    const store = open();
    const early = await makeKeys(store, 10);
    await eventually('the replica has caught up', async () => (await countHeardOf(early)) === 10);
    servers().stopReplication();
    const late = (await makeKeys(store, 30)).filter((keyLink) => !early.includes(keyLink));
    await primary.kill();
    await eventually('the store has a primary', async () => {
      const { key } = await store.currentKey({ streamId, keyFieldValue: 'after' }, create);
      return key.keyLink !== '';
    });
    await expect(countHeardOf(early)).resolves.toBe(10);
    await expect(countHeardOf(late)).resolves.toBe(0);
    await expect(countFound([...early, ...late])).resolves.toBe(30);
    await expect(countHeardOf(late)).resolves.toBe(20);
    ofReplica.disconnect();
  });
});
