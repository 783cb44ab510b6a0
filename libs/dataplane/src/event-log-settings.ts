import { eventLogOptions } from '@ccd/eventlog';
import type { EventLogOptions } from '@ccd/eventlog';
import { ConfigError, durationMs, secretText, text, url, wholeNumber } from '@ccd/service';
import { z } from 'zod';

/** Settings of everything that uses the event log; the names of Kafka's are those that the chart has always set. */
export const eventLogSettings = {
  EVENTLOG_ENGINE: z
    .enum(['embedded', 'kafka'])
    .default('embedded')
    .describe('Which event log stands behind the port'),
  EVENTLOG_SOCKET: text().optional().describe('Socket of the embedded engine'),
  STRM_BOOTSTRAP_SERVERS: text()
    .optional()
    .describe('Brokers of Kafka to begin with, `host:port` between commas'),
  STRM_KAFKASEC_PROTOCOL: z
    .enum(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'])
    .default('PLAINTEXT')
    .describe('How brokers are spoken to'),
  STRM_KAFKASEC_TRUSTSTORE: text()
    .optional()
    .describe("File with the authorities to trust (PEM, JKS or PKCS#12); default: the system's"),
  STRM_KAFKASEC_TRUSTSTORE_PW: secretText().optional().describe('Its password'),
  STRM_KAFKASEC_KEYSTORE: text()
    .optional()
    .describe('File with a certificate of our own and its key, where brokers ask for one'),
  STRM_KAFKASEC_KEYSTORE_PW: secretText().optional().describe('Its password'),
  STRM_KAFKASEC_SASL_JAAS_CONFIG: secretText()
    .optional()
    .describe("How to log in, as the line that Kafka's own clients take"),
  STRM_KAFKASEC_SASL_MECHANISM: z
    .enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'])
    .optional()
    .describe('Mechanism, where the line does not say it; SCRAM-SHA-512 for SCRAM'),
  STRM_KAFKASEC_TOKEN_ENDPOINT: url().optional().describe('Where OAUTHBEARER gets its tokens'),
  STRM_KAFKA_TOPIC_REPLICATION_FACTOR: wholeNumber({ min: 1, max: 32_767 })
    .optional()
    .describe("Replicas of new topics; default: the brokers'"),
  STRM_KAFKA_TOPIC_MIN_INSYNC_REPLICAS: wholeNumber({ min: 1, max: 32_767 })
    .optional()
    .describe(
      "How many replicas of a new topic have a record before it counts as stored; default: 2 where new topics get 3 replicas or more, else the brokers'",
    ),
  KAFKA_COMPRESSION: z
    .enum(['none', 'gzip', 'snappy', 'lz4', 'zstd'])
    .default('none')
    .describe('Compression of what is written'),
  KAFKA_LINGER_MS: durationMs({ max: 1_000 })
    .default(0)
    .describe('How long records wait for company when nothing is under way'),
  KAFKA_SESSION_TIMEOUT_MS: durationMs({ min: 6_000 })
    .default(10_000)
    .describe('How long a reader that was killed is waited for before another has its partitions'),
} as const;

type EventLogConfig = z.output<z.ZodObject<typeof eventLogSettings>>;

/** @throws ConfigError where what the engine needs is missing, or is not accepted */
export function toEventLogOptions(config: EventLogConfig): EventLogOptions {
  if (config.EVENTLOG_ENGINE === 'embedded') {
    const socketPath = config.EVENTLOG_SOCKET;
    if (socketPath === undefined) throw missing('EVENTLOG_SOCKET', 'EVENTLOG_ENGINE is embedded');
    return eventLogOptions.parse({ engine: 'embedded', socketPath });
  }
  const bootstrapServers = config.STRM_BOOTSTRAP_SERVERS;
  if (bootstrapServers === undefined) throw missing('STRM_BOOTSTRAP_SERVERS', 'EVENTLOG_ENGINE is kafka');
  const replicationFactor = config.STRM_KAFKA_TOPIC_REPLICATION_FACTOR;
  const minInsyncReplicas = config.STRM_KAFKA_TOPIC_MIN_INSYNC_REPLICAS;
  if ((minInsyncReplicas ?? 0) > (replicationFactor ?? Infinity)) {
    throw new ConfigError([
      {
        variable: 'STRM_KAFKA_TOPIC_MIN_INSYNC_REPLICAS',
        problem: 'is more than there are replicas, so that nothing could be stored',
        accepted: `at most STRM_KAFKA_TOPIC_REPLICATION_FACTOR, which is ${replicationFactor}`,
      },
    ]);
  }
  const parsed = eventLogOptions.safeParse({
    engine: 'kafka',
    bootstrapServers,
    security: toSecurity(config),
    replicationFactor,
    minInsyncReplicas,
    compression: config.KAFKA_COMPRESSION,
    lingerMs: config.KAFKA_LINGER_MS,
    sessionTimeoutMs: config.KAFKA_SESSION_TIMEOUT_MS,
  });
  if (parsed.success) return parsed.data;
  throw new ConfigError([
    { variable: 'STRM_BOOTSTRAP_SERVERS', problem: 'is not accepted', accepted: 'host:port between commas' },
  ]);
}

function toSecurity(config: EventLogConfig): unknown {
  const protocol = config.STRM_KAFKASEC_PROTOCOL;
  const tls = {
    truststore: toStore(config.STRM_KAFKASEC_TRUSTSTORE, config.STRM_KAFKASEC_TRUSTSTORE_PW),
    keystore: toStore(config.STRM_KAFKASEC_KEYSTORE, config.STRM_KAFKASEC_KEYSTORE_PW),
  };
  switch (protocol) {
    case 'PLAINTEXT':
      return { protocol };
    case 'SSL':
      return { protocol, ...tls };
    case 'SASL_PLAINTEXT':
      return { protocol, sasl: toSasl(config) };
    case 'SASL_SSL':
      return { protocol, sasl: toSasl(config), ...tls };
  }
}

function toStore(file: string | undefined, password: string | undefined): unknown {
  return file === undefined ? undefined : { file, password };
}

function toSasl(config: EventLogConfig): unknown {
  const jaasConfig = config.STRM_KAFKASEC_SASL_JAAS_CONFIG;
  if (jaasConfig === undefined) {
    throw missing(
      'STRM_KAFKASEC_SASL_JAAS_CONFIG',
      `STRM_KAFKASEC_PROTOCOL is ${config.STRM_KAFKASEC_PROTOCOL}`,
    );
  }
  return {
    jaasConfig,
    mechanism: config.STRM_KAFKASEC_SASL_MECHANISM,
    tokenEndpoint: config.STRM_KAFKASEC_TOKEN_ENDPOINT,
  };
}

const missing = (variable: keyof EventLogConfig, why: string): ConfigError =>
  new ConfigError([{ variable, problem: `is not set, and ${why}` }]);
