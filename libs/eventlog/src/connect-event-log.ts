import type { Clock } from '@ccd/reconcile';
import { connectEmbeddedLog } from './embedded/client/connect-embedded-log.ts';
import type { EmbeddedLog } from './embedded/client/connect-embedded-log.ts';
import { connectKafkaLog } from './kafka/connect-kafka-log.ts';
import type { KafkaOptions } from './kafka/options.ts';
import { toConnectionSecurity } from './kafka/security/to-connection-security.ts';
import type { EventLogOptions } from './options.ts';
import type { EventLog } from './port.ts';

interface Surroundings {
  readonly clock: Clock;
}

/**
 * Connects to the engine that the configuration names.
 * @throws LogUnavailableError when it does not answer within the deadline; JaasConfigError, KeyMaterialError
 */
export function connectEventLog(
  options: Extract<EventLogOptions, { engine: 'embedded' }>,
  surroundings: Surroundings,
): Promise<EmbeddedLog>;
export function connectEventLog(options: EventLogOptions, surroundings: Surroundings): Promise<EventLog>;
export async function connectEventLog(options: EventLogOptions, { clock }: Surroundings): Promise<EventLog> {
  switch (options.engine) {
    case 'embedded': {
      const { socketPath, deadlineMs } = options;
      return connectEmbeddedLog({ socketPath, deadlineMs, clock });
    }
    case 'kafka':
      return connectKafkaLog(toKafkaLogOptions(options, clock));
  }
}

/** Heartbeats are also how a member learns that the group changes. */
const heartbeatsPerSession = 10;
const rebalanceTimeoutMs = 60_000;

function toKafkaLogOptions(options: KafkaOptions, clock: Clock): Parameters<typeof connectKafkaLog>[0] {
  const { bootstrapServers, security, sessionTimeoutMs, ...rest } = options;
  return {
    ...rest,
    clock,
    bootstrap: bootstrapServers,
    security: toConnectionSecurity(security, clock),
    timing: { sessionTimeoutMs, heartbeatMs: sessionTimeoutMs / heartbeatsPerSession, rebalanceTimeoutMs },
  };
}
