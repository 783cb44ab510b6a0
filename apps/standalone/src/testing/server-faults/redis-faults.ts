import { eventually } from '@ccd/testkit';
import type { TestServer } from '@ccd/testkit/servers';
import { Redis } from 'ioredis';
import type { Fault } from './fault.ts';

/** Loses all that Redis knows, or a part of it. Nothing of it is on a disk. */
export function redisFaults(server: TestServer, goesOn: () => Promise<void>): readonly Fault[] {
  async function withClient(work: (client: Redis) => Promise<unknown>): Promise<void> {
    const client = new Redis({ host: server.host, port: server.port, lazyConnect: true });
    try {
      await client.connect();
      await work(client);
    } finally {
      client.disconnect();
    }
  }
  return [
    {
      name: 'Redis killed',
      times: 10,
      async inject() {
        await server.kill();
        await server.restart();
      },
    },
    {
      name: 'Redis flushed',
      times: 20,
      inject: () => withClient((client) => client.flushall()),
    },
    {
      name: 'Redis evicting',
      times: 20,
      inject: () =>
        withClient(async (client) => {
          const before = numberIn(await client.info('stats'), 'evicted_keys');
          const used = numberIn(await client.info('memory'), 'used_memory');
          await client.config('SET', 'maxmemory-policy', 'allkeys-random');
          // As much as it has: every key that comes now drives others out.
          await client.config('SET', 'maxmemory', used);
          await eventually(
            'evicted keys',
            async () => numberIn(await client.info('stats'), 'evicted_keys') > before,
            30_000,
          );
          await client.config('SET', 'maxmemory', 0);
          await goesOn();
        }),
    },
  ];
}

function numberIn(info: string, name: string): number {
  const [, value] = new RegExp(`^${name}:(\\d+)`, 'm').exec(info) ?? [];
  if (value === undefined) throw new Error(`Redis does not tell ${name}`);
  return Number(value);
}
