import { setTimeout as delay } from 'node:timers/promises';
import { Connection, metadataV12 } from '@platformatic/kafka';
import { eventually } from '@ccd/testkit';
import type { Random } from '@ccd/testkit';
import type { KafkaServer, TestServer } from '@ccd/testkit/servers';
import type { Fault } from './fault.ts';

/** Longer than the other brokers bear with one that is silent (three seconds in `startKafka`). */
const pauseMs = 5_000;
const wholeWithinMs = 60_000;

/** Brokers are killed one after the other, or stand still so long that the others go on without them. */
export function brokerFaults({ nodes }: KafkaServer, random: Random): readonly Fault[] {
  const kills = nodes.map((node, index): Fault => ({
    name: `broker ${index + 1} killed`,
    times: 10,
    async inject() {
      await node.kill();
      await node.restart();
      await untilReplicated(nodes);
    },
  }));
  return [
    ...kills,
    {
      name: 'broker paused',
      times: 10,
      async inject() {
        const node = random.pick(nodes);
        await node.pause();
        await delay(pauseMs);
        await node.resume();
        await untilReplicated(nodes);
      },
    },
  ];
}

/** Until every broker knows that every replica of every topic has all records: the next one may go then, and not before. */
async function untilReplicated(nodes: KafkaServer['nodes']): Promise<void> {
  const isWhole = async () => (await Promise.all(nodes.map(seesAllInSync))).every(Boolean);
  await eventually('all replicas in sync', isWhole, wholeWithinMs, 250);
}

async function seesAllInSync({ host, port }: TestServer): Promise<boolean> {
  const connection = new Connection('test', { connectTimeout: 5_000, requestTimeout: 5_000 });
  try {
    await connection.connect(host, port);
    const { topics } = await metadataV12.api.async(connection, null, false, false);
    const partitions = topics.flatMap((topic) => topic.partitions);
    return partitions.every(({ replicaNodes, isrNodes }) => isrNodes.length === replicaNodes.length);
  } finally {
    await connection.close();
  }
}
