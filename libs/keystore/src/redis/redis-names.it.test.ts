import { afterEach, expect, it } from '@jest/globals';
import { systemClock } from '@ccd/reconcile';
import { eventually } from '@ccd/testkit';
import {
  createTestAuthority,
  describeWithServers,
  startRedisCluster,
  startRedisWithReplica,
  useServer,
} from '@ccd/testkit/servers';
import type { ServerTls } from '@ccd/testkit/servers';
import type { KeyIndex } from '../port.ts';
import { newEntry } from '../testing/key-index-contract.ts';
import type { RedisTopology } from './options.ts';
import { createRedisIndex } from './redis-index.ts';

const opened: KeyIndex[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((index) => index.close()));
});

const users = ['gateway on >the-password ~ccd:* +get +set +eval +evalsha +ping +info +cluster|slots'];

async function startAuthority() {
  const authority = await createTestAuthority();
  const issueFor = async (name: string) => authority.issue({ name, hosts: [name] });
  return { ca: authority.ca, issueFor };
}
const authority = startAuthority();

/** Encrypted connections only, to servers whose certificates have one name and no address. */
const serverTls = async (name: string): Promise<ServerTls> => {
  const { ca, issueFor } = await authority;
  return { ca, server: await issueFor(name), clients: 'need a certificate' };
};

async function open(options: RedisTopology & { username?: string; password?: string }, servername?: string) {
  const { ca, issueFor } = await authority;
  const tls = { ca, ...(await issueFor('gateway')), ...(servername === undefined ? {} : { servername }) };
  const index = createRedisIndex({ ...options, tls, timeoutMs: 1_000 }, { clock: systemClock });
  opened.push(index);
  return index;
}

/** Some of them on each node of a cluster. */
async function claimMany(index: KeyIndex): Promise<number> {
  const entries = Array.from({ length: 30 }, () => newEntry());
  return (await Promise.all(entries.map((entry) => index.claim(entry, 0)))).length;
}

describeWithServers('redis', 'createRedisIndex in a cluster that tells addresses', () => {
  const cluster = useServer(async () => startRedisCluster({ users, tls: await serverTls('redis.internal') }));
  const options = () =>
    ({
      mode: 'cluster',
      nodes: cluster().primaries.map(({ host, port }) => ({ host, port })),
      username: 'gateway',
      password: 'the-password',
    }) as const;

  it('finds in all certificates the name that it was given', async () => {
    await expect(claimMany(await open(options(), 'redis.internal'))).resolves.toBe(30);
  });

  it.each([undefined, 'other.internal'])('refuses certificates that lack it (%s)', async (servername) => {
    const index = await open(options(), servername);
    await expect(claimMany(index)).rejects.toThrow(/Redis: an answer took longer/);
  });
});

describeWithServers('redis', 'createRedisIndex in a cluster that tells names', () => {
  const cluster = useServer(async () =>
    startRedisCluster({
      users,
      tls: await serverTls('localhost'),
      settings: {
        'cluster-announce-hostname': 'localhost',
        'cluster-preferred-endpoint-type': 'hostname',
      },
    }),
  );

  it('finds them in the certificates', async () => {
    const nodes = cluster().primaries.map(({ port }) => ({ host: 'localhost', port }));
    const login = { username: 'gateway', password: 'the-password' };
    await expect(claimMany(await open({ mode: 'cluster', nodes, ...login }))).resolves.toBe(30);
  });
});

describeWithServers('redis', 'createRedisIndex behind a sentinel that tells addresses', () => {
  const servers = useServer(async () => startRedisWithReplica({ tls: await serverTls('redis.internal') }));
  const topology = (): RedisTopology => {
    const { name, sentinel } = servers();
    return { mode: 'sentinel', name, sentinels: [{ host: sentinel.host, port: sentinel.port }] };
  };

  it.each([undefined, 'other.internal'])(
    'refuses certificates without that name (%s)',
    async (servername) => {
      const index = await open(topology(), servername);
      await expect(claimMany(index)).rejects.toThrow(/Redis: an answer took longer/);
    },
  );

  it('finds the name that it was given, after a failover too', async () => {
    const index = await open(topology(), 'redis.internal');
    await expect(claimMany(index)).resolves.toBe(30);
    await servers().primary.kill();
    await eventually('the replica takes claims', async () => (await claimMany(index)) === 30);
  });
});
