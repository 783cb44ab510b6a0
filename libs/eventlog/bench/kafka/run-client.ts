/**
 * One client, in a process of its own so that one that hangs can be ended: takes a piece of work as a message, does it,
 * and tells the CPU time that it took. usage: node run-client.ts <name of the client> <broker,broker>
 */
import { systemClock as clock } from '@ccd/reconcile';
import { cpuMicrosOf } from '@ccd/testkit/bench';
import { connectEventLog, eventLogOptions } from '../../src/index.ts';
import type { ClientName, MeasuredClient } from './client.ts';
import { kafkajsClient } from './kafkajs-client.ts';
import { ours } from './ours.ts';
import { platformaticClient } from './platformatic-client.ts';
import type { Answer, Work } from './work.ts';

const clients: Readonly<Record<ClientName, (brokers: readonly string[]) => MeasuredClient>> = {
  ours: (brokers) =>
    ours(() =>
      connectEventLog(eventLogOptions.parse({ engine: 'kafka', bootstrapServers: brokers.join() }), {
        clock,
      }),
    ),
  '@platformatic/kafka': platformaticClient,
  kafkajs: kafkajsClient,
};

const [name = '', brokers = ''] = process.argv.slice(2);
const client = clients[name as ClientName](brokers.split(','));

function carryOut(work: Work): Promise<void> {
  switch (work.what) {
    case 'produce':
      return client.produce(work.topic, work.calls, work.size);
    case 'consume':
      return client.consume(work.topic, work.count);
    case 'copy':
      return client.copy(work.source, work.target, work.count);
  }
}

async function answer(work: Work): Promise<Answer> {
  try {
    return { micros: await cpuMicrosOf(() => carryOut(work)) };
  } catch (error) {
    return { problem: String(error) };
  }
}

process.on('disconnect', () => {
  process.exit(0);
});
process.on('message', (work: Work) => {
  void answer(work).then((answered) => process.send?.(answered));
});
