import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectEmbeddedLog, startEmbeddedEngine } from '@ccd/eventlog';
import { systemClock } from '@ccd/reconcile';
import { startFaultyApi, toKubeconfig } from '@ccd/testkit/servers';
import type { FaultyApi, KubernetesServer } from '@ccd/testkit/servers';
import { startAgentsOn } from './agents.ts';
import type { Agents } from './agents.ts';
import { watchIdleWrites } from './idle-writes.ts';
import { namesOf, readObjects } from './made-objects.ts';
import type { ClusterObject } from './made-objects.ts';
import { startRealControlPlane } from './real-control-plane.ts';
import type { RealControlPlane } from './real-control-plane.ts';

/** The names of what should be there. */
export interface Expected {
  readonly deployments: readonly string[];
  readonly secrets: readonly string[];
}

/** The three agents between a control plane and an API server that may fail them. */
export interface ApiFaultsRig {
  readonly namespace: string;
  readonly api: FaultyApi;
  readonly agents: Agents;
  readonly controlPlane: RealControlPlane;
  /** Writes of agents that have changed nothing. */
  readonly idleWrites: readonly string[];
  objects(): Promise<readonly ClusterObject[]>;
  /** What the control plane asks for now. */
  expected(): Promise<Expected>;
  /** What is not as expected, by name; objects of others are not meant. */
  differences(foreign?: readonly string[]): Promise<readonly string[]>;
  stop(): Promise<void>;
}

const unaborted = new AbortController().signal;

/** @param folder of its own, short enough for a Unix socket */
export async function startApiFaultsRig(folder: string, server: KubernetesServer): Promise<ApiFaultsRig> {
  const namespace = await server.namespace();
  const idle = watchIdleWrites();
  const api = await startFaultyApi(server.access, idle.onAnswer);
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, toKubeconfig({ ...server.access, url: api.url }, { namespace }));
  const controlPlane = await startRealControlPlane(folder);
  const socketPath = join(folder, 's', 'engine');
  const engine = await startEmbeddedEngine({
    dataDir: join(folder, 'engine'),
    socketPath,
    clock: systemClock,
  });
  const agents = await startAgentsOn({
    folder,
    kubeconfig,
    namespace,
    installationId: controlPlane.installationId,
    controlPlane: () => controlPlane.connect(),
    log: () => connectEmbeddedLog({ socketPath, clock: systemClock }),
    pollIntervalMs: 500,
  });
  const asked = controlPlane.connect();
  const objects = () => readObjects(server, namespace);

  async function expected(): Promise<Expected> {
    const [streams, exporters, connectors] = await Promise.all([
      asked.desiredStreams(unaborted),
      asked.desiredBatchExporters(unaborted),
      asked.desiredDataConnectors(unaborted),
    ]);
    const derivedOf = new Set(streams.items.map(({ spec }) => (spec.kind === 'derived' ? spec.source : '')));
    const decrypted = streams.items.filter(({ spec }) => spec.kind === 'source' && derivedOf.has(spec.name));
    return {
      deployments: [
        ...decrypted.map(({ spec }) => `decrypter-${spec.uuid}`),
        ...exporters.items.map(({ spec }) => `batch-exporter-${spec.uuid}`),
      ].toSorted(),
      secrets: connectors.items.map(({ spec }) => `data-connector-${spec.uuid}`).toSorted(),
    };
  }

  return {
    namespace,
    api,
    agents,
    controlPlane,
    idleWrites: idle.found,
    objects,
    expected,
    async differences(foreign = []) {
      const [there, wanted] = [await objects(), await expected()];
      const differ = (kind: string, names: readonly string[]) => {
        const found = namesOf(there, kind).filter((name) => !foreign.includes(name));
        return [
          ...names.filter((name) => !found.includes(name)).map((name) => `${kind} ${name} is missing`),
          ...found.filter((name) => !names.includes(name)).map((name) => `${kind} ${name} is left`),
        ];
      };
      return [...differ('Deployment', wanted.deployments), ...differ('Secret', wanted.secrets)];
    },
    async stop() {
      api.afflict(() => undefined);
      await agents.stop();
      asked.close();
      await engine.close();
      await controlPlane.stop();
      await api.stop();
    },
  };
}
