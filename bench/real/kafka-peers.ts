import { runKafkaTool } from '@ccd/testkit/servers';

const tools = 'org.apache.kafka.tools';
const withinMs = 60_000;

function numberIn(output: string, pattern: RegExp, tool: string): number {
  const found = pattern.exec(output)?.[1];
  if (found === undefined) throw new Error(`${tool} printed no rate:\n${output}`);
  return Number(found);
}

/**
 * Kafka's own producer, at its own settings: records per second of the clock that it gets acknowledged, each of so many
 * bytes and without a key. The time that its JVM takes to start is not in it, that to compile is.
 */
export async function producerPerformance(
  bootstrapServers: string,
  { topic, records, bytes }: { readonly topic: string; readonly records: number; readonly bytes: number },
): Promise<number> {
  const output = await runKafkaTool(
    `${tools}.ProducerPerformance`,
    [
      ...['--topic', topic, '--num-records', `${records}`, '--record-size', `${bytes}`, '--throughput', '-1'],
      ...['--producer-props', `bootstrap.servers=${bootstrapServers}`, 'acks=all'],
    ],
    withinMs,
  );
  // The last line is of the whole run.
  const whole = output.trimEnd().split('\n').at(-1) ?? '';
  return numberIn(whole, /^\d+ records sent, ([\d.]+) records\/sec/, 'ProducerPerformance');
}

/** Kafka's own consumer, at its own settings: records per second of the clock from its first fetch on, which it looks at no further. */
export async function consumerPerformance(
  bootstrapServers: string,
  { topic, records }: { readonly topic: string; readonly records: number },
): Promise<number> {
  const output = await runKafkaTool(
    `${tools}.ConsumerPerformance`,
    ['--bootstrap-server', bootstrapServers, '--topic', topic, '--messages', `${records}`, '--hide-header'],
    withinMs,
  );
  // Its columns: start, end, MB, MB/s, messages, messages/s, rebalance ms, fetch ms, fetch MB/s, fetch messages/s.
  const whole = output.trimEnd().split('\n').at(-1) ?? '';
  return numberIn(whole, /^(?:[^,]*,){9} *([\d.]+)$/, 'ConsumerPerformance');
}
