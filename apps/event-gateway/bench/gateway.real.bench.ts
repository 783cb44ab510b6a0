import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTopic } from '@ccd/eventlog';
import type { EventLog } from '@ccd/eventlog';
import type { Bench, Figure, MissingFigure } from '@ccd/testkit/bench';
import { besidePeer, producerPerformance } from '../../../bench/real/kafka-peers.ts';
import type { PeerResult } from '../../../bench/real/kafka-peers.ts';
import { startRealEngines } from '../../../bench/real/start-engines.ts';
import { startLoadGenerator, startServer } from './child.ts';
import type { LoadedServer } from './child.ts';
import { h2cLoad, http1Load, measureAll } from './measure-servers.ts';
import type { Measured } from './measure-servers.ts';
import { createWorld, usageTopic } from './world.ts';

const topic = 'stream-bench';
const peerTopic = 'peer';

/** Bytes of key and value of an event as the gateway has written it. */
async function bytesOfAnEvent(log: EventLog): Promise<number> {
  for await (const { key, value } of readTopic(log, topic)) return (key?.length ?? 0) + (value?.length ?? 0);
  throw new Error('the gateway has written no event');
}

/** The gateway on Kafka and Redis, beside empty servers, and beside Kafka's own producer. */
export const bench: Bench = {
  title:
    'event-gateway: events per second, 3 personal fields, 5 validations, 1,024 sessions, Kafka, keys in Redis',
  async run({ quick, progress }) {
    progress('starting Kafka and Redis');
    const engines = await startRealEngines();
    const folder = mkdtempSync(join(tmpdir(), 'ccd-bench-'));
    const world = await createWorld(folder);
    const generator = startLoadGenerator();
    const servers: LoadedServer[] = [];
    const start = async (path: string, ...args: string[]): Promise<LoadedServer> => {
      const server = await startServer(path, args);
      servers.push(server);
      return server;
    };
    try {
      const { admin } = engines.log;
      for (const name of [topic, peerTopic, usageTopic]) {
        await admin.createTopic({ name, partitions: 4, config: { cleanup: 'delete' } });
      }
      await admin.createTopic({ name: 'keys-bench', partitions: 1, config: { cleanup: 'compact' } });
      progress('starting servers');
      const gateway = await start(
        'servers/gateway.ts',
        folder,
        '--engines',
        JSON.stringify(engines.settings),
      );
      const stored = async (): Promise<number> =>
        (await admin.bounds(topic)).reduce((sum, { latest }) => sum + latest, 0);
      const [http1, h2c] = [http1Load(world.avroRequests), h2cLoad(world.avroRequests)];
      const rates = await measureAll(
        generator,
        {
          empty: { what: names.empty, server: await start('servers/empty-http1.ts'), load: http1 },
          gateway: { what: 'Avro', server: gateway, load: http1, stored },
          empty2: { what: names.empty2, server: await start('servers/empty-http2.ts'), load: h2c },
          gateway2: { what: 'Avro over h2c', server: gateway, load: h2c, stored },
        },
        { rounds: quick ? 2 : 5, ms: quick ? 1_000 : 3_000, progress },
      );
      const bytes = await bytesOfAnEvent(engines.log);
      progress(`Kafka's own producer, records of ${bytes} bytes`);
      const produced = await producerPerformance(engines.bootstrapServers, {
        topic: peerTopic,
        records: quick ? 200_000 : 500_000,
        bytes,
      });
      return toFigures(rates, produced, bytes);
    } finally {
      generator.close();
      for (const server of servers) server.close();
      world.close();
      await engines.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const names = {
  empty: 'an empty node:http 204',
  empty2: 'an empty node:http2 204',
} as const;

const kinds = {
  'of CPU time of the server': 'perCpuSecond',
  'by the clock': 'perSecond',
} as const satisfies Record<string, keyof Measured>;

function toFigures(
  {
    empty,
    gateway,
    empty2,
    gateway2,
  }: Readonly<Record<'empty' | 'gateway' | 'empty2' | 'gateway2', Measured>>,
  produced: PeerResult,
  bytes: number,
): readonly (Figure | MissingFigure)[] {
  const beside = (what: string, measured: Measured, than: string, baseline: Measured): readonly Figure[] =>
    Object.entries(kinds).map(([kind, of]) => ({
      what: `${what}, ${kind}`,
      value: measured[of],
      unit: '/s',
      better: 'more',
      baseline: { what: than, value: baseline[of] },
    }));
  return [
    ...beside('Avro events', gateway, names.empty, empty),
    ...beside('Avro events over h2c', gateway2, names.empty2, empty2),
    ...besidePeer(
      {
        name: "Kafka's ProducerPerformance",
        does: `records of ${bytes} bytes, acks=all, by the clock`,
        result: produced,
      },
      [
        { what: 'Avro events, by the clock', perSecond: gateway.perSecond },
        { what: 'Avro events over h2c, by the clock', perSecond: gateway2.perSecond },
      ],
    ),
    {
      what: 'share of its core that the gateway has',
      value: (100 * gateway.perSecond) / gateway.perCpuSecond,
      unit: '%',
      better: 'more',
    },
  ];
}
