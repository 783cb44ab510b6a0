import { systemClock as clock } from '@ccd/reconcile';
import { cpuMicrosOf, median } from '@ccd/testkit/bench';
import type { Bench, Figure } from '@ccd/testkit/bench';
import { ServerMissingError, startKafka } from '@ccd/testkit/servers';
import { connectEventLog, eventLogOptions } from '../src/index.ts';
import { partitions } from './kafka/client.ts';
import { kafkajsClient } from './kafka/kafkajs-client.ts';
import { ours } from './kafka/ours.ts';
import { platformaticClient } from './kafka/platformatic-client.ts';

const recordsPerCall = 500;

/** The broker is a process of its own; what it needs is in no figure. The clients take turns. */
export const bench: Bench = {
  title: 'Kafka clients: CPU time of the process per record of 300 bytes, one broker, 4 partitions',
  async run({ quick, progress }) {
    progress('starting a broker');
    const server = await startKafka().catch((error: unknown) => {
      if (!(error instanceof ServerMissingError)) throw error;
      progress(`left out: ${error.message}`);
      return undefined;
    });
    if (!server) return [];
    const bootstrapServers = server.brokers.join();
    const connect = () =>
      connectEventLog(eventLogOptions.parse({ engine: 'kafka', bootstrapServers }), { clock });
    const clients = [ours(connect), platformaticClient(server.brokers), kafkajsClient(server.brokers)];
    const calls = quick ? 40 : 200;
    const count = calls * recordsPerCall;
    const log = await connect();
    try {
      let topics = 0;
      const topic = async (): Promise<string> => {
        const name = `bench-${topics++}`;
        await log.admin.createTopic({ name, partitions, config: { cleanup: 'delete' } });
        return name;
      };
      const source = await topic();
      await clients[0]?.produce(source, calls, recordsPerCall);
      const works = {
        produced: async (client: (typeof clients)[number]) =>
          client.produce(await topic(), calls, recordsPerCall),
        consumed: (client: (typeof clients)[number]) => client.consume(source, count),
        'copied in transactions of 500': async (client: (typeof clients)[number]) =>
          client.copy(source, await topic(), count),
      };
      const figures: Figure[] = [];
      for (const [what, work] of Object.entries(works)) {
        const times = new Map(clients.map(({ name }) => [name, [] as number[]]));
        for (let round = 0; round < (quick ? 2 : 4); round++) {
          for (const client of clients) {
            progress(`${what}: ${client.name}`);
            const micros = await cpuMicrosOf(() => work(client));
            // The first round is for the compiler.
            if (round > 0) times.get(client.name)?.push(micros / count);
          }
        }
        const of = (name: string): number => median(times.get(name) ?? []);
        for (const { name } of clients) {
          figures.push({
            what: `${what}: ${name}`,
            value: of(name),
            unit: 'µs',
            better: 'less',
            baseline: { what: 'kafkajs', value: of('kafkajs') },
          });
        }
      }
      return figures;
    } finally {
      await log.close();
      await server.stop();
    }
  },
};
