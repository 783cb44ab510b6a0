import { createFakeControlPlane } from '@ccd/controlplane/testing';
import type { FakeControlPlane } from '@ccd/controlplane/testing';
import { createMemoryLog } from '@ccd/eventlog/testing';
import { createMovableClock } from '@ccd/reconcile/testing';
import type { MovableClock } from '@ccd/reconcile/testing';
import { eventually } from '@ccd/testkit';
import type { KubernetesServer } from '@ccd/testkit/servers';
import { startAgentsOn } from './agents.ts';
import type { Agents } from './agents.ts';
import { connectorOf, exporterOf, streamsOf } from './entities-of.ts';
import { readObjects } from './made-objects.ts';
import type { ClusterObject } from './made-objects.ts';

/** Two sources with a derived stream each, a connector and an exporter; their control plane is a fake. */
const first = [1, 2];

export interface QuietRig {
  readonly namespace: string;
  readonly clock: MovableClock;
  readonly controlPlane: FakeControlPlane;
  readonly log: ReturnType<typeof createMemoryLog>;
  /** Sets what should exist; what is named was removed by a user. */
  desire(wanted: Partial<FakeControlPlane['state']>): void;
  object(kind: string, name: string): Promise<ClusterObject | undefined>;
  objects(): Promise<readonly ClusterObject[]>;
  /** Two Deployments of each kind, with their files, and Secrets. */
  untilMade(withinMs?: number): Promise<void>;
  logs(): string;
  /** Ends the agents and starts them anew: they know nothing but what is in the cluster. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface QuietRigOptions {
  /** For a file of theirs. */
  readonly folder: string;
  readonly server: KubernetesServer;
  readonly namespace: string;
  /** Longer than any test unless said: then only the watch wakes an agent. */
  readonly pollIntervalMs?: number;
}

/** The three agents on a real API server, and nothing that fails them. */
export async function startQuietRig({
  folder,
  server,
  namespace,
  pollIntervalMs,
}: QuietRigOptions): Promise<QuietRig> {
  const clock = createMovableClock();
  const log = createMemoryLog({ clock });
  const controlPlane = createFakeControlPlane({
    streams: first.flatMap(streamsOf),
    dataConnectors: first.map(connectorOf),
    batchExporters: first.map((number) => exporterOf(number)),
  });
  let revision = 1n;
  const start = (): Promise<Agents> =>
    startAgentsOn({
      folder,
      kubeconfig: server.kubeconfig,
      namespace,
      installationId: 'installation',
      controlPlane: () => controlPlane,
      log: async () => log.connect(),
      clock,
      ...(pollIntervalMs !== undefined && { pollIntervalMs }),
    });
  let agents = await start();
  const objects = () => readObjects(server, namespace);
  return {
    namespace,
    clock,
    controlPlane,
    log,
    desire(wanted) {
      revision += 1n;
      Object.assign(controlPlane.state, {
        removed: [],
        ...wanted,
        revision: { epoch: 'fake', number: revision },
      });
    },
    objects,
    object: async (kind, name) =>
      (await objects()).find((each) => each.kind === kind && each.metadata.name === name),
    async untilMade(withinMs = 60_000) {
      const count = (all: readonly ClusterObject[], kind: string, prefix: string) =>
        all.filter(({ kind: of, metadata }) => of === kind && metadata.name.startsWith(prefix)).length;
      await eventually(
        'everything is made',
        async () => {
          const all = await objects();
          return (
            ['decrypter-', 'batch-exporter-'].every(
              (prefix) =>
                count(all, 'Deployment', prefix) === first.length &&
                count(all, 'ConfigMap', prefix) === first.length,
            ) && count(all, 'Secret', 'data-connector-') === first.length
          );
        },
        withinMs,
        100,
      );
    },
    logs: () => agents.logs(),
    async restart() {
      await agents.stop();
      agents = await start();
    },
    async stop() {
      await agents.stop();
      await log.close();
    },
  };
}
