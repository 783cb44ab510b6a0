import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, jest } from '@jest/globals';
import { systemClock } from '@ccd/reconcile';
import type { Clock } from '@ccd/reconcile';
import { eventually, scratchDir } from '@ccd/testkit';
import { connectLocalCluster } from '../local/connect-local-cluster.ts';
import type { LocalClusterOptions, WorkloadLog } from '../local/connect-local-cluster.ts';
import type { Cluster } from '../port.ts';

// Real processes take their time on a busy machine.
jest.setTimeout(30_000);

export const dir = scratchDir();
const open: Cluster[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((cluster) => cluster.close()));
});

/** Says that it runs, and ends when there is nothing more to do. */
export const ready = `process.send({ type: 'ccd.workload', state: 'running' });`;
/** Real time, a hundred times as fast. */
export const hasty: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms / 100, signal) };

/** Says that it runs, and stays until it is told to go or its owner goes. */
export const stays = `process.on('SIGTERM', () => process.exit(0)); process.on('disconnect', () => process.exit(0)); ${ready}`;

/** A local cluster whose workloads run the script; closed after the test. */
export async function opened(script: string, options: Partial<LocalClusterOptions> = {}) {
  const dataDir = options.dataDir ?? (await mkdtemp(join(dir, 'cluster-')));
  const log: WorkloadLog[] = [];
  const cluster = await connectLocalCluster({
    dataDir,
    programs: { decrypter: { command: process.execPath, args: ['-e', script] } },
    onLog: (entry) => log.push(entry),
    ...options,
  });
  open.push(cluster);
  const status = async () => (await cluster.listWorkloads({}))[0]?.status;
  const running = () => eventually('it runs', async () => (await status())?.state === 'running');
  const lines = () => log.map(({ line }) => line);
  return { cluster, dataDir, log, lines, status, running };
}

/** The number of the process of the workload `a`, as recorded. */
export const pidOf = (dataDir: string): number => {
  const record = JSON.parse(readFileSync(join(dataDir, 'run/a/process.json'), 'utf8')) as {
    readonly pid: number;
  };
  return record.pid;
};

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
