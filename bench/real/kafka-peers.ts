import type { Figure, MissingFigure } from '@ccd/testkit/bench';
import { runKafkaTool, ServerFailedError } from '@ccd/testkit/servers';

const tools = 'org.apache.kafka.tools';
const withinSeconds = 60;

/** Records per second of the clock that a tool of Kafka's own reached, or why it did not. */
export type PeerResult = { readonly perSecond: number } | { readonly missing: string };

async function rateOf(tool: string, args: readonly string[], rate: RegExp): Promise<PeerResult> {
  try {
    const output = await runKafkaTool(`${tools}.${tool}`, args, withinSeconds * 1_000);
    // The last line is of the whole run.
    const whole = output.trimEnd().split('\n').at(-1) ?? '';
    const found = rate.exec(whole)?.[1];
    return found === undefined ? { missing: `printed no rate: ${whole}` } : { perSecond: Number(found) };
  } catch (error) {
    if (error instanceof ServerFailedError) return { missing: `did not finish in ${withinSeconds} s` };
    throw error;
  }
}

/**
 * Kafka's own producer, at its own settings: what it gets acknowledged, records of so many bytes and without a key. The
 * time that its JVM takes to start is not in it, that to compile is.
 */
export function producerPerformance(
  bootstrapServers: string,
  { topic, records, bytes }: { readonly topic: string; readonly records: number; readonly bytes: number },
): Promise<PeerResult> {
  return rateOf(
    'ProducerPerformance',
    [
      ...['--topic', topic, '--num-records', `${records}`, '--record-size', `${bytes}`, '--throughput', '-1'],
      ...['--producer-props', `bootstrap.servers=${bootstrapServers}`, 'acks=all'],
    ],
    /^\d+ records sent, ([\d.]+) records\/sec/,
  );
}

/** Kafka's own consumer, at its own settings, from its first fetch on; it looks at no record. */
export function consumerPerformance(
  bootstrapServers: string,
  { topic, records }: { readonly topic: string; readonly records: number },
): Promise<PeerResult> {
  return rateOf(
    'ConsumerPerformance',
    ['--bootstrap-server', bootstrapServers, '--topic', topic, '--messages', `${records}`, '--hide-header'],
    // Its columns: start, end, MB, MB/s, messages, messages/s, rebalance ms, fetch ms, fetch MB/s, fetch messages/s.
    /^(?:[^,]*,){9} *([\d.]+)$/,
  );
}

/** The lines of a table in which rates of ours, by the clock, stand beside a peer's. */
export function besidePeer(
  peer: { readonly name: string; readonly does: string; readonly result: PeerResult },
  ours: readonly { readonly what: string; readonly perSecond: number }[],
): readonly (Figure | MissingFigure)[] {
  const { name, does, result } = peer;
  const what = `${name}: ${does}`;
  if ('missing' in result) return [{ what, missing: result.missing }];
  const common = { unit: '/s', better: 'more' } as const;
  return [
    ...ours.map((each) => ({
      ...common,
      what: `${each.what}, against the peer`,
      value: each.perSecond,
      baseline: { what: name, value: result.perSecond },
    })),
    { ...common, what, value: result.perSecond },
  ];
}
