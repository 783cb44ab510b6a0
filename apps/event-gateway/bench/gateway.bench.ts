import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectEmbeddedLog } from '@ccd/eventlog';
import { spawnEngine } from '@ccd/eventlog/testing';
import type { SpawnedEngine } from '@ccd/eventlog/testing';
import { systemClock as clock } from '@ccd/reconcile';
import { onOtherCore } from '@ccd/testkit/bench';
import type { Bench, Figure, Goal } from '@ccd/testkit/bench';
import { startLoadGenerator, startServer } from './child.ts';
import type { LoadedServer } from './child.ts';
import { measureLatency } from './latency.ts';
import { h2cLoad, http1Load, measureAll } from './measure-servers.ts';
import type { Measured } from './measure-servers.ts';
import { createWorld, usageTopic } from './world.ts';

async function createTopics({ socketPath }: SpawnedEngine): Promise<void> {
  const log = await connectEmbeddedLog({ socketPath, clock });
  await log.admin.createTopic({ name: 'stream-bench', partitions: 4, config: { cleanup: 'delete' } });
  await log.admin.createTopic({ name: usageTopic, partitions: 1, config: { cleanup: 'delete' } });
  await log.admin.createTopic({ name: 'keys-bench', partitions: 1, config: { cleanup: 'compact' } });
  await log.close();
}

const atLeast = (limit: number): Goal => ({ of: 'ratio', bound: 'at least', limit });

/** The gateway beside empty servers, beside itself without encryption, and beside the same job done straightforwardly. */
export const bench: Bench = {
  title: 'event-gateway: events per second of CPU time, 3 personal fields, 5 validations, 1,024 sessions',
  async run({ quick, progress }) {
    const folder = mkdtempSync(join(tmpdir(), 'ccd-bench-'));
    const world = await createWorld(folder);
    const engine = await spawnEngine(folder, onOtherCore);
    await createTopics(engine);
    const generator = startLoadGenerator();
    const servers: LoadedServer[] = [];
    const start = async (path: string, ...args: string[]): Promise<LoadedServer> => {
      const server = await startServer(path, args);
      servers.push(server);
      return server;
    };
    const avro = http1Load(world.avroRequests);
    const json = http1Load(world.jsonRequests);
    const h2c = h2cLoad(world.avroRequests);
    const embedded = JSON.stringify({ EVENTLOG_SOCKET: engine.socketPath });
    try {
      progress('starting servers');
      const gateway = await start('servers/gateway.ts', folder);
      const what = {
        empty: 'an empty node:http 204',
        empty2: 'an empty node:http2 204',
        plain: 'without encryption',
        peer: 'fastify + jose + avsc + noble',
      };
      // One server a load: code that V8 has compiled for several kinds of request is slower for each of them.
      const subjects = {
        empty: { what: what.empty, server: await start('servers/empty-http1.ts'), load: avro },
        gateway: { what: 'Avro', server: gateway, load: avro },
        plain: {
          what: what.plain,
          server: await start('servers/gateway.ts', folder, '--no-encryption'),
          load: avro,
        },
        json: { what: 'JSON', server: await start('servers/gateway.ts', folder), load: json },
        empty2: { what: what.empty2, server: await start('servers/empty-http2.ts'), load: h2c },
        gateway2: { what: 'Avro over h2c', server: await start('servers/gateway.ts', folder), load: h2c },
        peer: {
          what: what.peer,
          server: await start('../../../bench/peers/fastify-noble.ts', folder),
          load: avro,
        },
        embedded: {
          what: 'Avro, embedded log',
          server: await start('servers/gateway.ts', folder, '--engines', embedded),
          load: avro,
        },
      };
      const rates = await measureAll(generator, subjects, {
        rounds: quick ? 2 : 5,
        ms: quick ? 700 : 3_000,
        progress,
      });
      // What others tidy up while they have nothing to do would delay requests.
      for (const server of servers)
        if (server !== gateway && server !== subjects.empty.server) server.close();
      const latency = await measureLatency(generator, {
        gateway,
        empty: subjects.empty.server,
        load: avro,
        sustained: rates.gateway,
        rounds: quick ? 3 : 5,
        ms: quick ? 700 : 5_000,
        progress,
      });
      return [...toFigures(rates, what), ...latency];
    } finally {
      generator.close();
      for (const server of servers) server.close();
      await engine.stop();
      world.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function toFigures(
  rates: Readonly<
    Record<'empty' | 'empty2' | 'gateway' | 'gateway2' | 'plain' | 'json' | 'peer' | 'embedded', Measured>
  >,
  names: { readonly empty: string; readonly empty2: string; readonly plain: string; readonly peer: string },
): readonly Figure[] {
  const line = (what: string, of: keyof typeof rates, to: keyof typeof names, goal?: Goal): Figure => ({
    what,
    value: rates[of].perCpuSecond,
    unit: '/s',
    better: 'more',
    baseline: { what: names[to], value: rates[to].perCpuSecond },
    ...(goal === undefined ? {} : { goal }),
  });
  return [
    line('Avro events', 'gateway', 'empty', atLeast(0.7)),
    line('Avro events, against the peer', 'gateway', 'peer', atLeast(3)),
    line('Avro events, encryption on against off', 'gateway', 'plain', atLeast(0.85)),
    line('JSON events', 'json', 'empty'),
    line('Avro events over h2c', 'gateway2', 'empty2', atLeast(0.6)),
    line('Avro events, embedded log in a process of its own', 'embedded', 'empty'),
  ];
}
