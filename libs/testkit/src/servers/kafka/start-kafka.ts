import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findSource } from '../find-source.ts';
import { keptPort } from '../kept.ts';
import type { ServerSource } from '../source.ts';
import { onAll, startAll } from '../server-group.ts';
import { startTestServer } from '../test-server.ts';
import type { ServerActions, TestServer } from '../test-server.ts';
import { brokerProperties } from './broker-properties.ts';
import type { BrokerPorts, KafkaListener } from './broker-properties.ts';
import { javaArguments, newArchive } from './java.ts';
import { setUpSecurity } from './kafka-security.ts';
import type { KafkaSecurity } from './kafka-security.ts';
import { toPropertiesFile } from './properties.ts';
import type { Properties } from './properties.ts';

export interface KafkaOptions {
  /** 1 unless said; with 3, topics are replicated three times and need two in sync. */
  readonly brokers?: 1 | 3;
  /** Secure listeners beside the open one. */
  readonly security?: KafkaSecurity;
  /** The address that brokers name to clients, where these are not on this machine; 127.0.0.1 unless said. */
  readonly advertised?: string;
  /** Broker settings on top of those for tests, such as `log.retention.ms`. */
  readonly settings?: Properties;
  /**
   * For one broker: a folder for its data, settings and ports that is kept when it is stopped, and taken up again by the next start;
   * absent: one that goes with it.
   */
  readonly home?: string;
}

/** A Kafka of a suite's own. What is done to it is done to all its brokers; each can be had alone in `nodes`. */
export interface KafkaServer extends ServerActions {
  /** `host:port` of each broker, unencrypted and open to all. */
  readonly brokers: readonly string[];
  /** `host:port` of each broker's encrypted listener, and of the one where clients log in as well. */
  readonly secure: { readonly SSL: readonly string[]; readonly SASL_SSL: readonly string[] };
  readonly nodes: readonly TestServer[];
}

/** Starts one broker, or three, in KRaft mode. Throws `ServerMissingError` where there is no Kafka. */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaServer> {
  return startKafkaFrom(findSource('kafka'), options);
}

export async function startKafkaFrom(source: ServerSource, options: KafkaOptions = {}): Promise<KafkaServer> {
  const clusterId = randomBytes(16).toString('base64url');
  const cluster = await Promise.all(Array.from({ length: options.brokers ?? 1 }, () => takePorts(options)));
  const nodes = await startAll(
    cluster.map((_, index) => startBroker(source, clusterId, cluster, index, options)),
  );
  return {
    brokers: addresses(cluster, 'PLAINTEXT'),
    secure: { SSL: addresses(cluster, 'SSL'), SASL_SSL: addresses(cluster, 'SASL_SSL') },
    nodes,
    ...onAll(nodes),
  };
}

async function takePorts({ security, home }: KafkaOptions): Promise<BrokerPorts> {
  const logsIn = security?.users !== undefined || security?.oauth !== undefined;
  const take = (listener: string): Promise<number> => keptPort(home, listener);
  return {
    PLAINTEXT: await take('PLAINTEXT'),
    CONTROLLER: await take('CONTROLLER'),
    ...(security && { SSL: await take('SSL') }),
    ...(logsIn && { SASL_SSL: await take('SASL_SSL') }),
  };
}

function addresses(cluster: readonly BrokerPorts[], listener: KafkaListener): readonly string[] {
  return cluster.flatMap(({ [listener]: port }) => (port === undefined ? [] : [`127.0.0.1:${port}`]));
}

function startBroker(
  source: ServerSource,
  clusterId: string,
  cluster: readonly BrokerPorts[],
  index: number,
  options: KafkaOptions,
): Promise<TestServer> {
  return startTestServer(
    source,
    async (folder) => {
      const file = join(folder, 'server.properties');
      const secure = options.security && setUpSecurity(options.security, folder, source);
      writeFileSync(
        file,
        toPropertiesFile({
          ...brokerProperties(index, cluster, join(folder, 'data'), options.advertised),
          ...secure?.properties,
          ...options.settings,
        }),
      );
      const java = [...javaArguments(source), ...(secure?.java ?? [])];
      if (!existsSync(join(folder, 'data', 'meta.properties'))) {
        await source.run({
          program: 'java',
          args: [
            ...[...java, 'kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, '-c', file],
            ...(secure?.format ?? []),
          ],
          folder,
          logFile: join(folder, 'format.log'),
        });
      }
      return {
        port: cluster[index]?.PLAINTEXT ?? 0,
        command: { program: 'java', args: [...java, ...newArchive(source), 'kafka.Kafka', file] },
        isReady: (log) => log().includes('Kafka Server started'),
      };
    },
    options.home,
  );
}
