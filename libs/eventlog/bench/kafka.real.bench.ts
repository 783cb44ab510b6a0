import { systemClock as clock } from '@ccd/reconcile';
import { startOnOtherCore } from '@ccd/testkit/bench';
import type { Bench, Figure, MissingFigure } from '@ccd/testkit/bench';
import { startKafka } from '@ccd/testkit/servers';
import { connectEventLog, eventLogOptions } from '../src/index.ts';
import { ClientProcess } from './kafka/client-process.ts';
import { clientNames, key, partitions, value } from './kafka/client.ts';
import { toLines } from './kafka/to-lines.ts';
import type { Work } from './kafka/work.ts';

const recordsPerCall = 500;

/** The broker is a process of its own; what it needs is in no figure. The clients take turns. */
export const bench: Bench = {
  title: 'Kafka clients: CPU time of the process per record of 300 bytes, one broker, 4 partitions',
  async run({ quick, progress }) {
    progress('starting a broker');
    const server = await startOnOtherCore(() => startKafka());
    const log = await connectEventLog(
      eventLogOptions.parse({ engine: 'kafka', bootstrapServers: server.brokers.join() }),
      { clock },
    );
    const clients = clientNames.map((name) => new ClientProcess(name, server.brokers));
    const calls = quick ? 40 : 200;
    const count = calls * recordsPerCall;
    const seconds = quick ? 10 : 60;
    let topics = 0;
    const topic = async (): Promise<string> => {
      const name = `bench-${topics++}`;
      await log.admin.createTopic({ name, partitions, config: { cleanup: 'delete' } });
      return name;
    };
    try {
      const source = await topic();
      const producer = await log.createProducer();
      for (let call = 0; call < calls; call++) {
        const place = { topic: source, partition: call % partitions };
        await producer.append(Array.from({ length: recordsPerCall }, () => ({ ...place, key, value })));
      }
      const works: Readonly<Record<string, () => Promise<Work>>> = {
        produced: async () => ({ what: 'produce', topic: await topic(), calls, size: recordsPerCall }),
        consumed: async () => ({ what: 'consume', topic: source, count }),
        'copied in transactions of 500': async () => ({
          what: 'copy',
          source,
          target: await topic(),
          count,
        }),
      };
      const lines: (Figure | MissingFigure)[] = [];
      for (const [what, work] of Object.entries(works)) {
        for (let round = 0; round < (quick ? 2 : 4); round++) {
          for (const client of clients) {
            progress(`${what}: ${client.name}`);
            await client.measure(await work(), seconds);
          }
        }
        lines.push(...toLines(what, clients, count));
      }
      return lines;
    } finally {
      for (const client of clients) client.close();
      await log.close();
      await server.stop();
    }
  },
};
