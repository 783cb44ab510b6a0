import { afterEach, expect, it } from '@jest/globals';
import { systemClock } from '@ccd/reconcile';
import { createTestCertificates, describeWithServers, startRedis, useServer } from '@ccd/testkit/servers';
import type { TestServer } from '@ccd/testkit/servers';
import { Redis } from 'ioredis';
import type { KeyIndex } from '../port.ts';
import { newEntry } from '../testing/key-index-contract.ts';
import type { RedisOptions, RedisTls } from './options.ts';
import { createRedisIndex } from './redis-index.ts';

const opened: KeyIndex[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((index) => index.close()));
});

function open(options: RedisOptions): KeyIndex {
  const index = createRedisIndex(options, { clock: systemClock });
  opened.push(index);
  return index;
}

/** The rights that the README names. */
const rights = '~ccd:* +get +set +eval +evalsha +ping +info';

describeWithServers('redis', 'createRedisIndex at a Redis that asks who comes', () => {
  const certificates = createTestCertificates();
  const servers = useServer(async () => {
    const { ca, server, expiredServer, serverOfOtherHost } = await certificates;
    const start = (certificate: typeof server): Promise<TestServer> =>
      startRedis({
        tls: { ca, server: certificate, clients: 'need a certificate' },
        users: ['default off', `gateway on >the-password ${rights}`],
      });
    const [good, expired, otherHost] = await Promise.all(
      [server, expiredServer, serverOfOtherHost].map(start),
    );
    if (!good || !expired || !otherHost) throw new Error('three were started');
    const stop = async (): Promise<void> => {
      await Promise.all([good, expired, otherHost].map((each) => each.stop()));
    };
    return { good, expired, otherHost, stop };
  });

  const options = async (
    { host, port }: TestServer,
    tls: Partial<RedisTls> = {},
    password = 'the-password',
  ): Promise<RedisOptions> => {
    const { ca, client } = await certificates;
    return {
      mode: 'standalone',
      host,
      port,
      username: 'gateway',
      password,
      tls: { ca, ...client, ...tls },
      timeoutMs: 1_000,
    };
  };

  it('does all of its work with the rights that it asks for, and those allow nothing else', async () => {
    const { good } = servers();
    const index = open(await options(good));
    const entry = await index.claim(newEntry(), 0);
    await index.erase({ ...entry, wrapped: null });
    const found = await index.byLinks([entry.keyLink]);
    expect(found.get(entry.keyLink)?.wrapped).toBeNull();
    await index.ping();

    const { ca, client } = await certificates;
    const login = { port: good.port, username: 'gateway', password: 'the-password', tls: { ca, ...client } };
    const redis = new Redis(login);
    await expect(redis.flushall()).rejects.toThrow('NOPERM');
    await expect(redis.keys('*')).rejects.toThrow('NOPERM');
    await expect(redis.get('somebody-else')).rejects.toThrow('NOPERM');
    redis.disconnect();
  });

  it('says that the password is wrong, and not what it is', async () => {
    const refused = open(await options(servers().good, {}, 'another-password')).ping();
    await expect(refused).rejects.toThrow(/WRONGPASS/);
    await expect(refused).rejects.not.toThrow(/another-password/);
  });

  it('refuses a server of another authority, of another name, and one whose certificate has expired', async () => {
    const { good, expired, otherHost } = servers();
    const { strangeClient } = await certificates;
    const stranger = await createTestCertificates();
    const ofOther = open(await options(good, { ca: stranger.ca })).ping();
    await expect(ofOther).rejects.toThrow(/certificate/);
    await expect(open(await options(expired)).ping()).rejects.toThrow(/certificate has expired/);
    await expect(open(await options(otherHost)).ping()).rejects.toThrow(/does not match certificate/);
    await expect(open(await options(good, strangeClient)).ping()).rejects.toThrow(/Redis: /);
  });

  it('fails nobody else when it is closed while a handshake goes wrong', async () => {
    const { ca } = await createTestCertificates();
    const refused = Array.from({ length: 60 }, async (_, at) => {
      const index = open({ ...(await options(servers().good, { ca })), timeoutMs: 10 + 3 * at });
      await expect(index.ping()).rejects.toThrow(/Redis: /);
      await index.close();
    });
    await Promise.all(refused);
    // What the sockets had to say comes before the answer of one more.
    await open(await options(servers().good)).ping();
  });
});
