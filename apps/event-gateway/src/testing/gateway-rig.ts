import type { ContractDefinition, ValueFormat } from '@ccd/contracts';
import { compileContract, decodeValue } from '@ccd/contracts';
import type { ClientStream } from '@ccd/controlplane';
import { ControlPlaneUnavailableError } from '@ccd/controlplane';
import type { StreamTokens } from '@ccd/dataplane';
import { TokenRefusedError, createKeyJournal, createRecordReader } from '@ccd/dataplane';
import type { Producer, StoredRecord } from '@ccd/eventlog';
import { readTopic } from '@ccd/eventlog';
import { createMemoryLog } from '@ccd/eventlog/testing';
import { createKeyStore } from '@ccd/keystore';
import { createMemoryIndex, newSecrets } from '@ccd/keystore/testing';
import { createFieldCiphers } from '@ccd/privacy';
import { createFakeClock } from '@ccd/reconcile/testing';
import { createHealth, createMetrics } from '@ccd/service';
import { createCapturingLogger } from '@ccd/service/testing';
import { createAcceptEvent } from '../accept-event.ts';
import { createGatewayMetrics } from '../gateway-metrics.ts';
import type { HttpServerOptions } from '../http-server.ts';
import { createHttpServer } from '../http-server.ts';
import { createPolicies } from '../policies.ts';
import { createSessionCiphers } from '../session-cipher.ts';
import { createStreamLimits } from '../stream-limits.ts';
import { definition } from './events.ts';

/** What tests may change while the gateway runs. */
export interface GatewayWorld {
  sender: ClientStream;
  readonly contracts: Map<string, ContractDefinition>;
  append: Producer['append'];
  controlPlaneAway: boolean;
  /** Streams of the events that were counted. */
  readonly counted: string[];
}

export type GatewayRigOptions = Partial<HttpServerOptions> & {
  readonly valueFormat?: ValueFormat;
  /** Whether tokens and streams are known, as they are from a sender's second event on, or have to be asked for. */
  readonly known?: boolean;
};

/** A gateway on a port, with a log and a key store in memory and everything else real. */
export async function startGatewayRig({
  valueFormat = 'confluent',
  known = true,
  ...options
}: GatewayRigOptions = {}) {
  const clock = createFakeClock();
  const log = createMemoryLog({ clock });
  for (const [name, cleanup] of [
    ['stream-1', 'delete'],
    ['keys-1', 'compact'],
  ] as const) {
    await log.admin.createTopic({ name, partitions: 1, config: { cleanup } });
  }
  const producer = await log.createProducer();
  const world: GatewayWorld = {
    sender: sampleSender,
    contracts: new Map([[definition.ref, definition]]),
    append: (records) => producer.append(records),
    controlPlaneAway: false,
    counted: [],
  };
  const keys = createKeyStore({
    index: createMemoryIndex(),
    journal: createKeyJournal(log, producer),
    secrets: newSecrets(),
    clock,
  });
  const { logger, text } = createCapturingLogger();
  const metrics = createMetrics();
  const accept = createAcceptEvent({
    contracts: createRecordReader({
      known: (ref) => (world.controlPlaneAway ? undefined : world.contracts.get(ref)),
      contract: async (ref) => {
        if (world.controlPlaneAway)
          throw new ControlPlaneUnavailableError('GetDataContract', 'UNAVAILABLE', 'away');
        return world.contracts.get(ref);
      },
      schemaById: async () => undefined,
    }),
    sessions: createSessionCiphers({
      keys,
      clock,
      ciphers: createFieldCiphers(),
      policies: createPolicies(
        { retentionDays: async () => 30 },
        { load: async () => undefined, save: async () => {} },
      ),
    }),
    producer: { append: (records) => world.append(records) },
    clock,
    valueFormat,
    nonce: () => 42,
  });
  const health = createHealth();
  const server = createHttpServer({
    accept,
    tokens: known ? knownTokens : plainTokens,
    streams: {
      find: (clientId) => {
        const found = clientId === 'stream-demo' ? { ...world.sender, clientId } : undefined;
        return known && found !== undefined ? found : Promise.resolve(found);
      },
    },
    limits: createStreamLimits(clock),
    usage: {
      accepted({ uuid }) {
        world.counted.push(uuid);
      },
    },
    health,
    metrics,
    gatewayMetrics: createGatewayMetrics(metrics),
    logger,
    clock,
    maxEventBytes: 10_000,
    maxInFlight: 10,
    maxBytesInFlight: 1_000_000,
    deadlineMs: 60_000,
    ...options,
  });
  const port = await server.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${port}`;
  const schema = compileContract(definition).schema;

  const stored = async (topic = 'stream-1'): Promise<StoredRecord[]> =>
    Array.fromAsync(readTopic(log, topic));
  return {
    clock,
    world,
    keys,
    server,
    accept,
    health,
    port,
    url,
    schema,
    metrics,
    text,
    stored,
    decoded: async () => (await stored()).map(({ value }) => decodeValue(schema, value ?? Buffer.alloc(0))),
    send: async (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => {
      const response = await fetch(`${url}/event`, {
        method: 'POST',
        body,
        headers: { authorization: 'Bearer stream-demo', 'strm-schema-ref': definition.ref, ...headers },
      });
      return { status: response.status, body: await response.text(), headers: response.headers };
    },
    async stop() {
      await server.close();
      await keys.close();
      await log.close();
    },
  };
}

export type GatewayRig = Awaited<ReturnType<typeof startGatewayRig>>;

export const sampleSender: ClientStream = {
  clientId: 'stream-demo',
  stream: {
    kind: 'source',
    topic: 'stream-1',
    uuid: '1',
    name: 'demo',
    projectId: 'p',
    enabled: true,
    policyId: '',
  },
};

/** Whose client id is the token itself. */
const plainTokens: StreamTokens = {
  clientIdOf: async (authorization) => {
    if (authorization === 'Bearer no-client') throw new TokenRefusedError('no-client-id', 'none');
    if (!authorization) throw new TokenRefusedError('missing', 'Jwt is missing');
    return authorization.replace('Bearer ', '');
  },
};

const knownTokens: StreamTokens = {
  clientIdOf: (authorization) =>
    authorization?.startsWith('Bearer stream-') === true
      ? authorization.replace('Bearer ', '')
      : plainTokens.clientIdOf(authorization),
};
