import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configSchema as exporterSettings, startBatchExporter } from '@ccd/batch-exporter';
import type { ContractDefinition } from '@ccd/contracts';
import { compileContract, encodeValue } from '@ccd/contracts';
import { answerDataPlane, startStandInServer, uuidOf } from '@ccd/controlplane/testing';
import { configSchema as decrypterSettings, startDecrypter } from '@ccd/decrypter';
import { configSchema as gatewaySettings, startEventGateway } from '@ccd/event-gateway';
import { connectEmbeddedLog, startEmbeddedEngine } from '@ccd/eventlog';
import { systemClock } from '@ccd/reconcile';
import { loadConfig } from '@ccd/service';
import type { RunningService } from '@ccd/service';
import { createCapturingLogger } from '@ccd/service/testing';
import { avroOf } from './contract-attacks.ts';

export const goodContract: ContractDefinition = {
  ref: 'acme/good/1.0.0',
  state: 'ACTIVE',
  schema: { kind: 'avro', definition: avroOf() },
  keyField: 'session',
  fields: [],
  validations: [],
  schemaId: 7,
};
const installationId = '8f14e45f-ceea-467f-a0a6-3b9ac9f5a001';
const topic = `stream-${uuidOf(1)}`;
const derivedTopic = `stream-${uuidOf(2)}`;

/**
 * A gateway, a decrypter and an exporter on an embedded log, as they ship, whose control plane is a stand-in at the
 * other end of a socket.
 * @param dir an empty folder of its own
 */
export async function startDataPlaneRig(dir: string) {
  const at = (...names: string[]) => join(dir, ...names);
  const server = await startStandInServer();
  const contracts = new Map([[goodContract.ref, goodContract]]);
  const schemas = new Map([[goodContract.schemaId, goodContract.schema.definition]]);
  const asked = answerDataPlane(server, {
    contract: (ref) => contracts.get(ref),
    schemaById: (schemaId) => schemas.get(schemaId),
    senders: { sender: 1 },
  });
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  server.publishKeys({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'first', alg: 'ES256' }] });
  const token = tokenOf({
    iss: `${server.authUrl}/auth/realms/streams`,
    aud: 'ccd-data-plane',
    installationId,
    clientId: 'sender',
    exp: Math.floor(systemClock.now() / 1_000) + 3_600,
  });

  function tokenOf(claims: object): string {
    const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
    const signed = `${part({ alg: 'ES256', kid: 'first' })}.${part(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  }

  const socketPath = at('s', 'engine');
  const engine = await startEmbeddedEngine({ dataDir: at('engine'), socketPath, clock: systemClock });
  const log = await connectEmbeddedLog({ socketPath, clock: systemClock });
  for (const name of [topic, derivedTopic]) {
    await log.admin.createTopic({ name, partitions: 1, config: { cleanup: 'delete' } });
  }
  await log.admin.createTopic({ name: `keys-${uuidOf(1)}`, partitions: 1, config: { cleanup: 'compact' } });
  const producer = await log.createProducer();

  const environment = {
    CACHE_DIR: at('cache'),
    EVENTLOG_SOCKET: socketPath,
    STRM_API_HOST: '127.0.0.1',
    STRM_API_PORT: `${server.port}`,
    STRM_API_TLS: 'false',
    STRM_AUTH_URL: server.authUrl,
    STRM_AUTH_CLIENT_ID: 'ins-1',
    STRM_AUTH_CLIENT_SECRET: 'hush',
    STRM_INSTALLATION_ID: installationId,
    KEY_LOOKUP_SECRET: randomBytes(32).toString('base64'),
    KEY_ENCRYPTION_KEYS: `first:${randomBytes(32).toString('base64')}`,
  };
  const services: RunningService[] = [];
  const loggers = {
    gateway: createCapturingLogger('gateway'),
    worker: createCapturingLogger('worker'),
  };
  const gateway = await startEventGateway(
    loadConfig(gatewaySettings, { ...environment, STRM_GATEWAY_PORT: '0', LOG_LEVEL: 'warn' }),
    { clock: systemClock, logger: loggers.gateway.logger },
  );
  services.push(gateway);

  const writeTask = (name: string, task: object): string => {
    mkdirSync(at(name), { recursive: true });
    writeFileSync(at(name, 'task.json'), JSON.stringify(task));
    return at(name);
  };
  const worker = { clock: systemClock, logger: loggers.worker.logger };

  return {
    contracts,
    schemas,
    asked,
    gatewayLog: () => loggers.gateway.entries,
    workerLog: () => loggers.worker.text(),

    /** An event whose body names the contract `ref`, sent as one of the schema of the contract `schemaRef`. */
    async send(ref: string, { schemaRef = goodContract.ref, session = 's-1' } = {}) {
      const response = await fetch(`${gateway.url}/event`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'strm-schema-ref': schemaRef },
        body: JSON.stringify({ strmMeta: { eventContractRef: ref, consentLevels: [1] }, session }),
      });
      return { status: response.status, body: await response.text() };
    },
    isAlive: async () => (await fetch(`${gateway.url}/is-alive`)).status,

    /** Puts an event on the source's topic as a gateway that knew better would have. */
    async store(ref: string, schemaId = goodContract.schemaId): Promise<void> {
      const strmMeta = { eventContractRef: ref, nonce: 1, timestamp: 1, keyLink: 'link', consentLevels: [1] };
      const { schema } = compileContract(goodContract);
      const value = encodeValue('confluent', schemaId, schema, { strmMeta, session: 's-1' });
      await producer.append([{ topic, key: null, value }]);
    },
    async startDecrypter(): Promise<RunningService> {
      const derived = [{ topic: derivedTopic, consent: { type: 'GRANULAR', levels: [1] } }];
      const folder = writeTask('decrypter', { streamId: uuidOf(1), sourceTopic: topic, derived });
      const service = await startDecrypter(
        loadConfig(decrypterSettings, { ...environment, CONFIG_DIR: folder }),
        worker,
      );
      services.push(service);
      return service;
    },
    async startExporter(): Promise<RunningService> {
      const folder = writeTask('exporter', {
        exporterId: uuidOf(3),
        topic,
        content: 'events',
        streamId: uuidOf(1),
        intervalMs: 60_000,
        pathPrefix: 'p',
        startAt: 'earliest',
        connectorSecret: 'connector',
      });
      mkdirSync(at('secrets', 'connector'), { recursive: true });
      writeFileSync(
        at('secrets', 'connector', 'location'),
        JSON.stringify({ type: 's3', bucket: 'demo', credentials: '{"url":"file:///"}' }),
      );
      const service = await startBatchExporter(
        loadConfig(exporterSettings, {
          ...environment,
          CONFIG_DIR: folder,
          SECRETS_DIR: at('secrets'),
          FOLDER_ROOT: at('exports'),
        }),
        worker,
      );
      services.push(service);
      return service;
    },

    async stop(): Promise<void> {
      await Promise.all(services.splice(0).map((service) => service.stop('the test is over')));
      await log.close();
      await engine.close();
      await server.stop();
    },
  };
}

export type DataPlaneRig = Awaited<ReturnType<typeof startDataPlaneRig>>;
