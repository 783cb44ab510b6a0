import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ConfigError, loadConfig } from '@ccd/service';
import { scratchDir } from '@ccd/testkit';
import { z } from 'zod';
import { eventLogSettings, toEventLogOptions } from './event-log-settings.ts';

const folder = scratchDir();
const schema = z.object(eventLogSettings);
const load = (settings: Record<string, string>) => toEventLogOptions(loadConfig(schema, settings));
const loadKafka = (settings: Record<string, string>) =>
  load({ EVENTLOG_ENGINE: 'kafka', STRM_BOOTSTRAP_SERVERS: 'kafka.kafka:9092', ...settings });
const jaas = 'org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="p";';

describe(toEventLogOptions, () => {
  it('is the embedded engine where nothing else is said, which needs its socket', () => {
    expect(load({ EVENTLOG_SOCKET: '/run/log' })).toMatchObject({
      engine: 'embedded',
      socketPath: '/run/log',
    });
    expect(() => load({})).toThrow(/EVENTLOG_SOCKET is not set/);
  });

  it('takes the brokers of Kafka', () => {
    expect(loadKafka({ STRM_KAFKA_TOPIC_REPLICATION_FACTOR: '3', KAFKA_COMPRESSION: 'zstd' })).toMatchObject({
      engine: 'kafka',
      bootstrapServers: [{ host: 'kafka.kafka', port: 9_092 }],
      security: { protocol: 'PLAINTEXT' },
      replicationFactor: 3,
      compression: 'zstd',
    });
    expect(() => load({ EVENTLOG_ENGINE: 'kafka' })).toThrow(/STRM_BOOTSTRAP_SERVERS is not set/);
    expect(() => loadKafka({ STRM_BOOTSTRAP_SERVERS: 'kafka' })).toThrow(ConfigError);
  });

  it('has as many replicas store a record as it is told, and no more than there are', () => {
    const replicas = { STRM_KAFKA_TOPIC_REPLICATION_FACTOR: '3' };
    expect(loadKafka({ ...replicas, STRM_KAFKA_TOPIC_MIN_INSYNC_REPLICAS: '3' })).toMatchObject({
      minInsyncReplicas: 3,
    });
    expect(() => loadKafka({ ...replicas, STRM_KAFKA_TOPIC_MIN_INSYNC_REPLICAS: '4' })).toThrow(
      /STRM_KAFKA_TOPIC_MIN_INSYNC_REPLICAS is more than there are replicas/,
    );
  });

  it('waits ten seconds for a silent worker, or as long as it is told', () => {
    expect(loadKafka({})).toMatchObject({ sessionTimeoutMs: 10_000 });
    expect(loadKafka({ KAFKA_SESSION_TIMEOUT_MS: '6000' })).toMatchObject({ sessionTimeoutMs: 6_000 });
    expect(() => loadKafka({ KAFKA_SESSION_TIMEOUT_MS: '5999' })).toThrow(/KAFKA_SESSION_TIMEOUT_MS/);
  });

  it('takes what the chart says of security, secrets from files too', () => {
    const file = join(folder, 'sasl.jaas.config');
    writeFileSync(file, `${jaas}\n`);
    const options = loadKafka({
      STRM_KAFKASEC_PROTOCOL: 'SASL_SSL',
      STRM_KAFKASEC_TRUSTSTORE: '/var/truststore/client.truststore.jks',
      STRM_KAFKASEC_TRUSTSTORE_PW: 'changeit',
      STRM_KAFKASEC_SASL_JAAS_CONFIG_FILE: file,
    });
    expect(options).toMatchObject({
      security: {
        protocol: 'SASL_SSL',
        truststore: { file: '/var/truststore/client.truststore.jks', password: 'changeit' },
        sasl: { jaasConfig: jaas },
      },
    });
  });

  it('needs a way to log in where the protocol has one', () => {
    expect(() => loadKafka({ STRM_KAFKASEC_PROTOCOL: 'SASL_SSL' })).toThrow(
      /STRM_KAFKASEC_SASL_JAAS_CONFIG is not set, and STRM_KAFKASEC_PROTOCOL is SASL_SSL/,
    );
  });
});
