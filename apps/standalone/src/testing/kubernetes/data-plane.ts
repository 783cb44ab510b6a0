import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@ccd/reconcile';
import { createTestAuthority } from '@ccd/testkit/servers';
import { prepareCli } from '../../prepare-cli.ts';
import { strm } from '../../strm.ts';
import type { EngineSet } from '../engines/engine-set.ts';
import type { Run } from '../entities.ts';
import type { BuiltApps } from '../processes/build-apps.ts';
import type { Launcher } from '../processes/launcher.ts';
import { readBootstrap } from '../processes/read-bootstrap.ts';
import { grpcPort } from '../rig.ts';
import type { InstallCluster } from './install-cluster.ts';
import { createRelease } from './release.ts';
import type { Release } from './release.ts';

export interface DataPlaneOptions {
  /** Of this system alone. */
  readonly folder: string;
  readonly cluster: InstallCluster;
  readonly programs: Pick<BuiltApps, 'controlPlane'>;
  readonly launcher: Launcher;
  readonly engines: Pick<EngineSet, 'controlPlane' | 'dataPlane'>;
  /** Of the agents. @default 1 s */
  readonly pollIntervalMs?: number;
}

/** What the chart is told of the pods of workers. */
export interface WorkerValues {
  readonly decrypter?: object;
  readonly batchExporter?: object;
}

/** A data plane in a namespace of a cluster, whose control plane is a process beside the cluster. */
export interface DataPlane {
  readonly namespace: string;
  readonly installationId: string;
  readonly release: Release;
  /** Has all apps run from images of another tag, and workers by further values of the chart. */
  upgrade(tag: string, workers?: WorkerValues): Promise<void>;
  readonly urls: { readonly authUrl: string; readonly eventsUrl: string };
  readonly strm: Run;
}

const authPort = 8_080;
const grpcTlsPort = 50_052;
const newKey = (): string => randomBytes(32).toString('base64');
/** Small, since a node of a test has two cores for everything. */
const resources = { requests: { cpu: '5m', memory: '32Mi' }, limits: { memory: '512Mi' } };

/** Starts the control plane, and installs the data plane by Helm in a namespace of the restricted profile. */
export async function installDataPlane(options: DataPlaneOptions): Promise<DataPlane> {
  const { folder, cluster, programs, launcher, engines, pollIntervalMs = 1_000 } = options;
  const { machine } = cluster;
  const authority = await createTestAuthority();
  const certificate = await authority.issue({ name: 'control plane', hosts: [machine] });
  const files = { TLS_CERT_FILE: join(folder, 'tls.crt'), TLS_KEY_FILE: join(folder, 'tls.key') };
  await writeFile(files.TLS_CERT_FILE, certificate.cert);
  await writeFile(files.TLS_KEY_FILE, certificate.key);
  await launcher.launch('control-plane', programs.controlPlane, {
    HOST: machine,
    GRPC_PORT: `${grpcPort}`,
    GRPC_TLS_PORT: `${grpcTlsPort}`,
    AUTH_PORT: `${authPort}`,
    ...files,
    ...engines.controlPlane,
  });
  const credentials = readBootstrap(launcher.log);
  const authUrl = `http://${machine}:${authPort}`;

  const namespace = await cluster.namespace({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  const make = (kind: string, name: string, content: object) =>
    cluster.kubectl(
      ['--namespace', namespace, 'apply', '-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind, metadata: { name }, ...content }),
    );
  await make('Secret', 'session-keys', {
    stringData: { 'lookup.secret': newKey(), 'encryption.keys': `first:${newKey()}` },
  });
  await make('ConfigMap', 'control-plane-ca', { data: { 'ca.crt': authority.ca } });

  const { installation } = credentials;
  const valuesOf = (tag: string, { decrypter, batchExporter }: WorkerValues = {}): object => {
    const pod = { resources, image: { version: tag } };
    const agent = { ...pod, pollIntervalMs };
    return {
      registry: { url: cluster.registry },
      license: {
        installationId: installation.id,
        installationClientId: installation.clientId,
        installationClientSecret: installation.clientSecret,
      },
      api: {
        host: machine,
        port: grpcTlsPort,
        authHost: authUrl,
        ca: { configMap: 'control-plane-ca' },
      },
      kafka: {
        bootstrapServers: engines.dataPlane['STRM_BOOTSTRAP_SERVERS'],
        numPartitions: 2,
        defaultReplicationFactor: 1,
      },
      redis: { host: engines.dataPlane['STRM_REDIS_HOST'] },
      sessionKeys: { existingSecret: 'session-keys' },
      guardrails: { purposes: 'any', destinations: 'any', keyExport: true },
      storage: { allowedNetworks: [`${machine}/32`] },
      components: {
        eventGateway: { ...pod, replicas: 1, drainSeconds: 1 },
        streamsAgent: { ...agent, topicGraceHours: 0, decrypter: { ...pod, ...decrypter } },
        dataConnectorAgent: agent,
        batchExportersAgent: {
          ...agent,
          reportWorkerLogs: true,
          batchExporter: { ...pod, ...batchExporter },
        },
      },
    };
  };
  const release = createRelease({ folder, namespace, kubeconfig: cluster.kubeconfig });
  await release.install(valuesOf(cluster.tags[0]));
  const gatewayUrl = await cluster.gatewayUrl(namespace);
  const urls = { authUrl, eventsUrl: `${gatewayUrl}/event` };
  const cli = { folder: join(folder, 'strm'), clock: systemClock, signal: new AbortController().signal };
  await prepareCli(
    cli.folder,
    machine,
    { credentials, grpcPort, ...urls, webSocketUrl: `ws://${machine}:1/ws` },
    systemClock,
  );
  return {
    namespace,
    installationId: installation.id,
    release,
    upgrade: (tag, workers) => release.install(valuesOf(tag, workers)),
    urls,
    strm: (...argv) => strm(argv, cli),
  };
}
