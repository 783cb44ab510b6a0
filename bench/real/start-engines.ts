import type { KeyIndexEngine } from '@ccd/dataplane';
import { connectEventLog, eventLogOptions } from '@ccd/eventlog';
import type { EventLog } from '@ccd/eventlog';
import { systemClock as clock } from '@ccd/reconcile';
import { startOnOtherCore } from '@ccd/testkit/bench';
import { startKafka, startRedis } from '@ccd/testkit/servers';

/** Kafka and Redis, on the core that is not measured, and a connection to the former. */
export interface RealEngines {
  readonly log: EventLog;
  readonly index: KeyIndexEngine;
  /** The same for an app that reads its settings. */
  readonly settings: Readonly<Record<string, string>>;
  readonly bootstrapServers: string;
  close(): Promise<void>;
}

/** One broker, and one Redis that keeps nothing on disk. @throws ServerMissingError */
export async function startRealEngines(): Promise<RealEngines> {
  const redis = await startOnOtherCore(() => startRedis());
  const kafka = await startOnOtherCore(() => startKafka());
  const bootstrapServers = kafka.brokers.join();
  const log = await connectEventLog(eventLogOptions.parse({ engine: 'kafka', bootstrapServers }), { clock });
  const { host, port } = redis;
  return {
    log,
    index: { engine: 'redis', redis: { mode: 'standalone', host, port, timeoutMs: 10_000 } },
    settings: {
      EVENTLOG_ENGINE: 'kafka',
      STRM_BOOTSTRAP_SERVERS: bootstrapServers,
      KEYSTORE_ENGINE: 'redis',
      STRM_REDIS_HOST: `${host}:${port}`,
    },
    bootstrapServers,
    async close() {
      await log.close();
      await Promise.all([kafka.stop(), redis.stop()]);
    },
  };
}
