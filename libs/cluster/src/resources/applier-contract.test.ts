import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { describeApplierContract } from '@ccd/reconcile/testing';
import { scratchDir } from '@ccd/testkit';
import { connectLocalCluster } from '../local/connect-local-cluster.ts';
import type { Cluster } from '../port.ts';
import { ownSecretsOn, ownWorkloadsOn } from '../testing/applier-harness.ts';
import { createMemoryCluster } from '../testing/index.ts';

// Real processes take their time on a busy machine.
jest.setTimeout(30_000);

const dir = scratchDir();

const clusters: Readonly<Record<string, () => Promise<Cluster>>> = {
  memory: async () => createMemoryCluster(),
  local: async () =>
    connectLocalCluster({
      dataDir: await mkdtemp(join(dir, 'cluster-')),
      programs: { decrypter: { command: process.execPath, args: ['-e', 'process.channel.ref()'] } },
    }),
};

for (const [name, open] of Object.entries(clusters)) {
  describeApplierContract(`workloads, ${name} cluster`, ownWorkloadsOn(open));
  describeApplierContract(`secrets, ${name} cluster`, ownSecretsOn(open));
}
