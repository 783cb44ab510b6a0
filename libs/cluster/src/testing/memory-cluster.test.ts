import { describe, expect, it } from '@jest/globals';
import { eventually } from '@ccd/testkit';
import { describeClusterContract } from './cluster-contract.ts';
import { createMemoryCluster } from './memory-cluster.ts';
import type { MemoryWorkload } from './memory-cluster.ts';
import { secretSpec, workloadSpec } from './specs.ts';

describeClusterContract('memory', async () => {
  const cluster = createMemoryCluster();
  return {
    cluster,
    reopen: async () => cluster.reopen(),
    release: async (agent, text) => {
      cluster.release(agent, text);
    },
  };
});

describe(createMemoryCluster, () => {
  it('runs a function for a workload until it is removed', async () => {
    const seen: string[] = [];
    const program = async ({ spec, secret, report, signal }: MemoryWorkload) => {
      seen.push(spec.name, Buffer.from(secret('s')?.['location'] ?? []).toString());
      report({ state: 'running' });
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
      seen.push('stopped');
    };
    const cluster = createMemoryCluster({ programs: { decrypter: program } });
    await cluster.createSecret(secretSpec('s'));
    const { uid } = await cluster.createWorkload(workloadSpec('a', { secrets: ['s'] }));
    await cluster.removeWorkload('a', uid);
    expect(seen).toEqual(['a', '{"type":"s3"}', 'stopped']);
  });

  it('shows a function that throws as failing', async () => {
    const cluster = createMemoryCluster({ programs: { decrypter: () => Promise.reject(new Error('x')) } });
    await cluster.createWorkload(workloadSpec('a'));
    const status = async () => (await cluster.listWorkloads({}))[0]?.status;
    await eventually('it fails', async () => (await status())?.state === 'failing');
    expect(await status()).toMatchObject({ reason: 'Crashed' });
  });

  it('fails as ordered, before or after the effect', async () => {
    const cluster = createMemoryCluster();
    cluster.failNext('createSecret', new Error('down'));
    await expect(cluster.createSecret(secretSpec('s'))).rejects.toThrow('down');
    expect(await cluster.listSecrets({})).toEqual([]);
    cluster.failNext('createSecret', new Error('reset'), { lost: true });
    await expect(cluster.createSecret(secretSpec('s'))).rejects.toThrow('reset');
    expect(await cluster.listSecrets({})).toHaveLength(1);
  });

  it('shows an edit by hand as a live hash of its own', async () => {
    const cluster = createMemoryCluster();
    await cluster.createWorkload(workloadSpec('a'));
    cluster.editWorkload('a', { labels: {} });
    expect(await cluster.listWorkloads({})).toMatchObject([
      { labels: {}, appliedHash: 'hash-1', liveHash: 'edited-hash-1' },
    ]);
  });
});
