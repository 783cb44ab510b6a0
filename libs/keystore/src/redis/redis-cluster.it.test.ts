import { afterEach, expect, it } from '@jest/globals';
import { systemClock } from '@ccd/reconcile';
import { eventually } from '@ccd/testkit';
import { describeWithServers, startRedisCluster, useServer } from '@ccd/testkit/servers';
import type { RedisCluster } from '@ccd/testkit/servers';
import { createKeyStore } from '../create-key-store.ts';
import type { RebuildableKeyStore } from '../create-key-store.ts';
import type { KeyIndex } from '../port.ts';
import { describeKeyIndexContract } from '../testing/key-index-contract.ts';
import { describeKeyStoreContract } from '../testing/key-store-contract.ts';
import { createMemoryJournal } from '../testing/memory-journal.ts';
import { newSecrets, newSessionKey } from '../testing/session-keys.ts';
import { createRedisIndex } from './redis-index.ts';

const clock = systemClock;
/** The rights that the README names. */
const rights = '~ccd:* +get +set +eval +evalsha +ping +info +cluster|slots';

const start = (): Promise<RedisCluster> =>
  startRedisCluster({ users: [`gateway on >the-password ${rights}`] });

/** Knows two of the six nodes. */
const open = ({ primaries }: RedisCluster): KeyIndex =>
  createRedisIndex(
    {
      mode: 'cluster',
      nodes: primaries.slice(0, 2).map(({ host, port }) => ({ host, port })),
      username: 'gateway',
      password: 'the-password',
      timeoutMs: 2_000,
    },
    { clock },
  );

describeWithServers('redis', 'createRedisIndex in a cluster', () => {
  const cluster = useServer(start);

  describeKeyIndexContract('createRedisIndex', async () => open(cluster()));

  describeKeyStoreContract('Redis', async () => ({
    journal: createMemoryJournal(),
    openIndex: async () => open(cluster()),
    loseIndex: async () => {
      const { primaries, onNode } = cluster();
      await Promise.all(primaries.map((node) => onNode(node, (redis) => redis.flushall())));
    },
  }));
});

describeWithServers('redis', 'a key store whose Redis cluster fails', () => {
  const cluster = useServer(start);
  const [journal, secrets, streamId] = [createMemoryJournal(), newSecrets(), 'stream-1'];
  const opened: RebuildableKeyStore[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()));
  });

  function openStore(): RebuildableKeyStore {
    const store = createKeyStore({ index: open(cluster()), journal, secrets, clock });
    opened.push(store);
    return store;
  }
  const makeKeys = async (store: RebuildableKeyStore, name: string): Promise<readonly string[]> =>
    Promise.all(
      Array.from({ length: 60 }, async (_, at) => {
        const session = { streamId, keyFieldValue: `${name} ${at}` };
        return (await store.currentKey(session, () => newSessionKey(clock.now()))).key.keyLink;
      }),
    );
  const countFound = async (keyLinks: readonly string[]): Promise<number> => {
    const found = await openStore().lookUp(streamId, keyLinks);
    return [...found.values()].filter(({ state }) => state === 'found').length;
  };

  it('finds from the log what one node has lost', async () => {
    const { primaries, onNode } = cluster();
    const keyLinks = await makeKeys(openStore(), 'before a loss');
    const sizes = await Promise.all(primaries.map((node) => onNode(node, (redis) => redis.dbsize())));
    expect(Math.min(...sizes)).toBeGreaterThan(0);
    const [node] = primaries;
    if (node) await onNode(node, (redis) => redis.flushall());
    await expect(countFound(keyLinks)).resolves.toBe(60);
  });

  it('goes on, with all keys, when a node is killed and its replica takes its place', async () => {
    const store = openStore();
    const keyLinks = await makeKeys(store, 'before a failover');
    await cluster().primaries[0]?.kill();
    await eventually('every slot is served again', async () => {
      const later = await makeKeys(store, 'after a failover');
      return later.length === 60;
    });
    const later = await makeKeys(store, 'after a failover');
    await expect(countFound([...keyLinks, ...later])).resolves.toBe(120);
  });
});
