import { connectEventLog, eventLogOptions, LogUnavailableError, TopicNotFoundError } from '@ccd/eventlog';
import type { EventLog } from '@ccd/eventlog';
import type { Clock } from '@ccd/reconcile';
import { CliError, UsageError } from '../cli-error.ts';

export interface TopicToFollow {
  /** `host:port` pairs between commas. */
  readonly bootstrapServers: string;
  readonly topic: string;
  readonly group: string;
  /** Where the brokers' tokens come from. */
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface FollowTopicOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onValue: (value: Buffer) => void;
}

/**
 * Reads a topic of brokers with SASL_SSL and OAUTHBEARER until the signal aborts; a group that is new begins at the end.
 * @throws CliError, UsageError for addresses that are none
 */
export async function followTopic(
  wanted: TopicToFollow,
  { clock, signal, onValue }: FollowTopicOptions,
): Promise<void> {
  const { bootstrapServers, topic, group, tokenEndpoint, clientId, clientSecret } = wanted;
  const options = eventLogOptions.safeParse({
    engine: 'kafka',
    bootstrapServers,
    clientId: 'strm',
    deadlineMs: 5_000,
    security: {
      protocol: 'SASL_SSL',
      sasl: { mechanism: 'OAUTHBEARER', tokenEndpoint, clientId, clientSecret },
    },
  });
  if (!options.success) throw new UsageError('--kafka-bootstrap-hosts takes host:port pairs between commas');
  let log: EventLog | undefined;
  try {
    log = await connectEventLog(options.data, { clock });
    const consumer = await log.createConsumer({ topics: [topic], group, startAt: 'latest' });
    await consumer.run(
      {
        async onBatch({ partition, records, nextOffset }) {
          for (const { value } of records) if (value !== null) onValue(value);
          await consumer.commit([{ topic, partition, offset: nextOffset }]);
        },
      },
      signal,
    );
  } catch (error) {
    throw inWords(error, bootstrapServers);
  } finally {
    // Its consumer closes with it.
    await log?.close();
  }
}

function inWords(error: unknown, hosts: string): unknown {
  if (error instanceof LogUnavailableError) {
    return new CliError(`${hosts} cannot be listened to (${error.message})`);
  }
  if (error instanceof TopicNotFoundError)
    return new CliError(`${hosts} has no such topic (${error.message})`);
  return error;
}
