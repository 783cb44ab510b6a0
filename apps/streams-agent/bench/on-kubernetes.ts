import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startOnOtherCore } from '@ccd/testkit/bench';
import type { Figure, Goal } from '@ccd/testkit/bench';
import { isWrite, startKubernetes } from '@ccd/testkit/servers';
import { costFigure } from './cost-figure.ts';
import { measureAgent, unboundedMemory } from './measure-agent.ts';
import type { Bounds } from './measure-agent.ts';
import type { Measured } from './measured.ts';

/** An agent with a Deployment and a ConfigMap for each source, in one namespace, as an agent works. */
export interface OnKubernetes {
  readonly sources: number;
  readonly namespace: string;
  readonly agent: Measured;
  /** To the API server, those of its Lease aside. */
  readonly writes: number;
}

export interface KubernetesBench {
  readonly kubeconfig: string;
  /** A folder that goes with it. */
  readonly folder: string;
  newNamespace(): Promise<string>;
  /** Has an agent bring up so many, and look at them so often. */
  measure(sources: number, runs: number, bounds?: Bounds): Promise<OnKubernetes>;
  stop(): Promise<void>;
}

/** An API server and etcd on the other core; nothing makes pods of Deployments. */
export async function startKubernetesBench(): Promise<KubernetesBench> {
  const folder = mkdtempSync(join(tmpdir(), 'ccd-bench-'));
  const server = await startOnOtherCore(() =>
    startKubernetes({ cluster: 'own', controllerManager: { controllers: '*,-deployment' } }),
  );
  const { kubeconfig } = server;
  const templateFile = join(folder, 'template.json');
  writeFileSync(
    templateFile,
    JSON.stringify({ apps: { decrypter: { image: 'registry.example/decrypter:1' } } }),
  );
  return {
    kubeconfig,
    folder,
    newNamespace: () => server.namespace(),
    async measure(sources, runs, bounds = unboundedMemory) {
      const namespace = await server.namespace();
      const mark = await server.auditMark();
      const kubernetes = { kubeconfig, namespace, templateFile };
      const order = { sources, runs, allKinds: false, pollMs: 2_000, kubernetes };
      const agent = await measureAgent(order, bounds);
      const writes = (await server.audit(mark)).filter(
        (event) =>
          event.namespace === namespace && isWrite(event) && event.resource?.startsWith('leases') !== true,
      );
      return { sources, namespace, agent, writes: writes.length };
    },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What the same took something else, and what is wanted. */
export interface Marks {
  readonly created?: Figure['baseline'];
  readonly writes?: Figure['baseline'];
  readonly goals?: { readonly seconds?: number; readonly resyncMs: number; readonly megabytes: number };
}

export function toFigures(
  { sources, agent, writes }: OnKubernetes,
  { created, writes: peerWrites, goals }: Marks = {},
): readonly Figure[] {
  const count = sources.toLocaleString('en');
  return [
    costFigure(
      `${count} derived streams brought up, with their sources and topics`,
      agent.created / 1_000,
      's',
      {
        ...(created && { baseline: created }),
        ...(goals?.seconds !== undefined && { goal: atMost(goals.seconds) }),
      },
    ),
    costFigure('writes to the API server for each', writes / sources, '', {
      ...(peerWrites && { baseline: peerWrites }),
    }),
    costFigure('an unchanged resync of them, CPU', agent.resync, 'ms', {
      ...(goals && { goal: atMost(goals.resyncMs) }),
    }),
    costFigure('resident at its highest', agent.residentAtMost / 1e6, 'MB', {
      ...(goals && { goal: atMost(goals.megabytes) }),
    }),
    costFigure('in use after garbage collection', agent.inUse / 1e6, 'MB'),
  ];
}

const atMost = (limit: number): Goal => ({ of: 'value', bound: 'at most', limit });
