import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findSource } from '../find-source.ts';
import { freePorts } from '../free-port.ts';
import type { ServerSource } from '../source.ts';
import { onAll, startAll } from '../server-group.ts';
import { startTestServer } from '../test-server.ts';
import type { ServerActions, TestServer } from '../test-server.ts';
import { brokerProperties } from './broker-properties.ts';
import type { BrokerPorts } from './broker-properties.ts';
import { javaArguments, newArchive } from './java.ts';
import { toPropertiesFile } from './properties.ts';
import type { Properties } from './properties.ts';

export interface KafkaOptions {
  /** 1 unless said; with 3, topics are replicated three times and need two in sync. */
  readonly brokers?: 1 | 3;
  /** Broker settings on top of those for tests, such as `log.retention.ms`. */
  readonly settings?: Properties;
}

/** A Kafka of a suite's own. What is done to it is done to all its brokers; each can be had alone in `nodes`. */
export interface KafkaServer extends ServerActions {
  /** `host:port` of each broker, unencrypted and open to all. */
  readonly brokers: readonly string[];
  readonly nodes: readonly TestServer[];
}

/** Starts one broker, or three, in KRaft mode. Throws `ServerMissingError` where there is no Kafka. */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaServer> {
  return startKafkaFrom(findSource('kafka'), options);
}

export async function startKafkaFrom(source: ServerSource, options: KafkaOptions = {}): Promise<KafkaServer> {
  const clusterId = randomBytes(16).toString('base64url');
  const cluster = await Promise.all(
    Array.from({ length: options.brokers ?? 1 }, () => freePorts('PLAINTEXT', 'CONTROLLER')),
  );
  const nodes = await startAll(
    cluster.map((_, index) => startBroker(source, clusterId, cluster, index, options)),
  );
  return {
    brokers: nodes.map(({ host, port }) => `${host}:${port}`),
    nodes,
    ...onAll(nodes),
  };
}

function startBroker(
  source: ServerSource,
  clusterId: string,
  cluster: readonly BrokerPorts[],
  index: number,
  options: KafkaOptions,
): Promise<TestServer> {
  return startTestServer(source, async (folder) => {
    const file = join(folder, 'server.properties');
    const properties = { ...brokerProperties(index, cluster, join(folder, 'data')), ...options.settings };
    writeFileSync(file, toPropertiesFile(properties));
    await source.run({
      program: 'java',
      args: [...javaArguments(source), 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', file],
      folder,
      logFile: join(folder, 'format.log'),
    });
    return {
      port: cluster[index]?.PLAINTEXT ?? 0,
      command: {
        program: 'java',
        args: [...javaArguments(source), ...newArchive(source), 'kafka.Kafka', file],
      },
      isReady: (log) => log().includes('Kafka Server started'),
    };
  });
}
