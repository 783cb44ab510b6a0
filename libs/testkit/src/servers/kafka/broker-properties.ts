import { settingsForTests } from './properties.ts';
import type { Properties } from './properties.ts';

/** The listeners that clients may have. */
export type KafkaListener = 'PLAINTEXT' | 'SSL' | 'SASL_SSL';

/** The ports of one broker, which is a controller as well. */
export type BrokerPorts = Readonly<Record<'CONTROLLER' | 'PLAINTEXT', number>> &
  Readonly<Partial<Record<KafkaListener, number>>>;

/**
 * The settings of broker `index` (from 0) of a cluster in which every broker is a controller too.
 * @param advertised the address that clients are told
 */
export function brokerProperties(
  index: number,
  cluster: readonly BrokerPorts[],
  dataFolder: string,
  advertised?: string,
): Properties {
  const ports = cluster[index];
  if (ports === undefined) throw new RangeError(`a cluster of ${cluster.length} has no broker ${index}`);
  const replicas = cluster.length;
  const minIsr = Math.min(2, replicas);
  return {
    'process.roles': 'broker,controller',
    'node.id': index + 1,
    'controller.quorum.voters': cluster
      .map(({ CONTROLLER }, other) => `${other + 1}@127.0.0.1:${CONTROLLER}`)
      .join(),
    listeners: Object.entries(ports)
      .map(([name, port]) => `${name}://127.0.0.1:${port}`)
      .join(),
    ...(advertised !== undefined && {
      'advertised.listeners': Object.entries(ports)
        .filter(([name]) => name !== 'CONTROLLER')
        .map(([name, port]) => `${name}://${advertised}:${port}`)
        .join(),
    }),
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': dataFolder,
    'default.replication.factor': replicas,
    'min.insync.replicas': minIsr,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': minIsr,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': minIsr,
    // A dead broker is noticed in three seconds instead of nine.
    'broker.heartbeat.interval.ms': 500,
    'broker.session.timeout.ms': 3_000,
    ...settingsForTests,
  };
}
