import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '@ccd/reconcile';
import type { Clock } from '@ccd/reconcile';
import { eventually, scratchDir } from '@ccd/testkit';
import { FolderInUseError } from '../errors.ts';
import type { Cluster } from '../port.ts';
import { secretSpec, workloadSpec } from '../testing/index.ts';
import { connectLocalCluster } from './connect-local-cluster.ts';
import type { LocalClusterOptions, WorkloadLog } from './connect-local-cluster.ts';

const dir = scratchDir();
const open: Cluster[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((cluster) => cluster.close()));
});

const ready = `process.send({ type: 'ccd.workload', state: 'running' });`;
/** Real time, a hundred times as fast. */
const hasty: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms / 100, signal) };

const stays = `process.on('SIGTERM', () => process.exit(0)); process.on('disconnect', () => process.exit(0)); ${ready}`;

async function opened(script: string, options: Partial<LocalClusterOptions> = {}) {
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
const pidOf = (dataDir: string): number => {
  const record = JSON.parse(readFileSync(join(dataDir, 'run/a/process.json'), 'utf8')) as {
    readonly pid: number;
  };
  return record.pid;
};

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('processes of a local cluster', () => {
  it('find their settings, files and secrets, and nothing of our environment', async () => {
    const { cluster, lines } = await opened(
      `const { readFileSync, readdirSync } = require('node:fs');
       console.log(JSON.stringify({ env: Object.keys(process.env).sort(), stream: process.env.STRM_STREAM, base: process.env.BASE,
         files: readdirSync(process.env.CONFIG_DIR), config: readFileSync(process.env.CONFIG_DIR + '/streams.json', 'utf8'),
         secret: readFileSync(process.env.SECRETS_DIR + '/s/location', 'utf8') })); ${stays}`,
      { baseEnv: { BASE: 'yes', STRM_STREAM: 'from the base' } },
    );
    await cluster.createSecret(secretSpec('s'));
    await cluster.createWorkload(workloadSpec('a', { secrets: ['s'] }));
    await eventually('it has spoken', () => lines().length > 0);
    expect(JSON.parse(lines()[0] ?? '')).toEqual({
      env: ['BASE', 'CCD_WORKLOAD_INSTANCE', 'CONFIG_DIR', 'SECRETS_DIR', 'STRM_STREAM'],
      stream: 'demo',
      base: 'yes',
      files: ['streams.json'],
      config: '{"stream":"demo"}',
      secret: '{"type":"s3"}',
    });
  });

  it('see a secret change while they run, without a restart', async () => {
    const { cluster, dataDir, lines, running } = await opened(
      `const { readFileSync } = require('node:fs'); const seen = new Set();
       setInterval(() => { const now = readFileSync(process.env.SECRETS_DIR + '/s/location', 'utf8'); if (!seen.has(now)) { seen.add(now); console.log(now); } }, 5);
       ${stays}`,
    );
    const { uid } = await cluster.createSecret(secretSpec('s', { data: { location: Buffer.from('old') } }));
    await cluster.createWorkload(workloadSpec('a', { secrets: ['s'] }));
    await running();
    await eventually('it sees the old content', () => lines().includes('old'));
    const pid = pidOf(dataDir);
    await cluster.updateSecret(
      secretSpec('s', { data: { location: Buffer.from('new') }, hash: 'hash-2' }),
      uid,
    );
    await eventually('it sees the new content', () => lines().includes('new'));
    expect(lines()).toEqual(['old', 'new']);
    expect(pidOf(dataDir)).toBe(pid);
  });

  it('keep specs and secrets from other users', async () => {
    const { cluster, dataDir } = await opened(stays);
    await cluster.createSecret(secretSpec('s'));
    await cluster.createWorkload(workloadSpec('a', { secrets: ['s'] }));
    const mode = (path: string): string => (statSync(join(dataDir, path)).mode & 0o777).toString(8);
    expect(mode('secrets')).toBe('700');
    expect(mode('secrets/s/current/data')).toBe('700');
    expect(mode('secrets/s/current/data/location')).toBe('600');
    expect(mode('workloads/a.json')).toBe('600');
  });

  it('leave one version of a secret on disk, whatever happened before', async () => {
    const { cluster, dataDir } = await opened(stays);
    const { uid } = await cluster.createSecret(secretSpec('s'));
    for (const hash of ['2', '3']) await cluster.updateSecret(secretSpec('s', { hash }), uid);
    expect(readdirSync(join(dataDir, 'secrets/s'))).toEqual(['current', expect.stringMatching(/^v-/)]);
    await cluster.removeSecret('s', uid);
    expect(readdirSync(join(dataDir, 'secrets'))).toEqual([]);
  });

  it('wait for a secret that does not exist yet', async () => {
    const { cluster, status, running } = await opened(stays);
    await cluster.createWorkload(workloadSpec('a', { secrets: ['s'] }));
    await eventually('it says what it lacks', async () => (await status())?.state === 'failing');
    expect(await status()).toMatchObject({
      reason: 'SecretNotFound',
      message: expect.stringContaining('secret s'),
    });
    await cluster.createSecret(secretSpec('s'));
    await running();
  });

  it('are started again after a crash, with their log kept apart by stream', async () => {
    const { cluster, dataDir, log, status, running } = await opened(
      `console.log('out'); console.error('err'); ${stays}`,
      { clock: hasty },
    );
    await cluster.createWorkload(workloadSpec('a'));
    await running();
    const pid = pidOf(dataDir);
    process.kill(pid, 'SIGKILL');
    await eventually('the crash shows', async () => (await status())?.state === 'failing');
    expect(await status()).toMatchObject({
      reason: 'Crashed',
      message: expect.stringContaining('SIGKILL'),
      restarts: 1,
    });
    await running();
    expect(pidOf(dataDir)).not.toBe(pid);
    expect(log).toContainEqual({ workload: 'a', stream: 'stdout', line: 'out' });
    expect(log).toContainEqual({ workload: 'a', stream: 'stderr', line: 'err' });
  });

  it('fail with words where the program does not exist', async () => {
    const { cluster, status } = await opened('', {
      programs: { decrypter: { command: '/nowhere/at-all', args: [] } },
    });
    await cluster.createWorkload(workloadSpec('a'));
    await eventually('it fails', async () => (await status())?.state === 'failing');
    expect(await status()).toMatchObject({
      message: expect.stringContaining('could not be started: ENOENT'),
    });
  });

  it('are refused for an app that has no program', async () => {
    const { cluster } = await opened(stays);
    await expect(cluster.createWorkload(workloadSpec('a', { app: 'batch-exporter' }))).rejects.toThrow(
      'batch-exporter',
    );
  });

  it('say only what has the agreed form', async () => {
    const { cluster, status, lines } = await opened(
      `for (const message of ['x', null, { type: 'ccd.workload', state: 'failing', reason: 'not pascal', message: '' }, { state: 'running' }]) process.send(message);
       setTimeout(() => console.log('said'), 50); setInterval(() => {}, 1_000); process.on('SIGTERM', () => process.exit(0));`,
    );
    await cluster.createWorkload(workloadSpec('a'));
    await eventually('it has spoken', () => lines().includes('said'));
    expect(await status()).toEqual({ state: 'starting' });
  });

  it('are left running when only labels, annotations or the hash change', async () => {
    const { cluster, dataDir, running } = await opened(stays);
    const { uid } = await cluster.createWorkload(workloadSpec('a'));
    await running();
    const pid = pidOf(dataDir);
    await cluster.updateWorkload(workloadSpec('a', { labels: {}, hash: 'hash-2' }), uid);
    expect(pidOf(dataDir)).toBe(pid);
    await cluster.updateWorkload(workloadSpec('a', { env: { STRM_STREAM: 'x' } }), uid);
    await eventually('it was replaced', () => pidOf(dataDir) !== pid);
  });

  it('are gone when the removal resolves, even where SIGTERM is ignored', async () => {
    const { cluster, dataDir, running } = await opened(
      `process.on('SIGTERM', () => {}); setInterval(() => {}, 1_000); ${ready}`,
      {
        graceMs: 50,
      },
    );
    const { uid } = await cluster.createWorkload(workloadSpec('a'));
    await running();
    const pid = pidOf(dataDir);
    await cluster.removeWorkload('a', uid);
    expect([
      isAlive(pid),
      existsSync(join(dataDir, 'run/a')),
      existsSync(join(dataDir, 'workloads/a.json')),
    ]).toEqual([false, false, false]);
  });
});

describe('the folder of a local cluster', () => {
  it('has one owner', async () => {
    const { dataDir, cluster } = await opened(stays);
    await expect(opened(stays, { dataDir })).rejects.toThrow(FolderInUseError);
    await cluster.close();
    await expect(opened(stays, { dataDir })).resolves.toBeDefined();
  });

  it('shows an edit by hand as a live hash of its own, which an update repairs', async () => {
    const { dataDir, cluster } = await opened(stays);
    const { uid } = await cluster.createWorkload(workloadSpec('a'));
    const path = join(dataDir, 'workloads/a.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"STRM_STREAM": "demo"', '"STRM_STREAM": "mine"'));
    const [edited] = await cluster.listWorkloads({});
    expect([edited?.appliedHash, edited?.liveHash]).toEqual(['hash-1', expect.stringMatching(/^edited-/)]);
    await cluster.updateWorkload(workloadSpec('a'), uid);
    expect(await cluster.listWorkloads({})).toMatchObject([{ uid, liveHash: 'hash-1' }]);
  });

  it('sets aside a file that is no workload any more, and opens', async () => {
    const { dataDir, cluster } = await opened(stays);
    await cluster.createWorkload(workloadSpec('a'));
    await cluster.close();
    writeFileSync(join(dataDir, 'workloads/a.json'), '{');
    const again = await opened(stays, { dataDir });
    expect(await again.cluster.listWorkloads({})).toEqual([]);
    expect(readdirSync(join(dataDir, 'workloads'))).toEqual(['a.json.broken']);
    expect(again.log).toEqual([expect.objectContaining({ workload: 'a', stream: 'cluster' })]);
  });

  it('is refused after close', async () => {
    const { cluster } = await opened(stays);
    await cluster.close();
    await expect(cluster.listWorkloads({})).rejects.toThrow('closed');
    await expect(cluster.createSecret(secretSpec('s'))).rejects.toThrow('closed');
  });
});

describe('the end of the owner', () => {
  /** Owns a cluster in a process of its own, with the workload `a` in it. */
  async function owner(script: string) {
    const dataDir = await mkdtemp(join(dir, 'owned-'));
    const module = new URL('./connect-local-cluster.ts', import.meta.url).href;
    const source = `import { connectLocalCluster } from '${module}';
      const programs = { decrypter: { command: process.execPath, args: ['-e', ${JSON.stringify(script)}] } };
      const cluster = await connectLocalCluster({ dataDir: ${JSON.stringify(dataDir)}, programs });
      await cluster.createWorkload(${JSON.stringify(workloadSpec('a'))});
      while ((await cluster.listWorkloads({}))[0].status.state !== 'running') await new Promise((next) => setTimeout(next, 10));
      console.log('ready'); setInterval(() => {}, 1_000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    const pid = pidOf(dataDir);
    child.kill('SIGKILL');
    await once(child, 'exit');
    return { dataDir, pid };
  }

  it('by SIGKILL ends its workloads, and the next owner runs them again', async () => {
    const { dataDir, pid } = await owner(stays);
    await eventually('the workload has left', () => !isAlive(pid));
    const { running } = await opened(stays, { dataDir });
    await running();
    expect(pidOf(dataDir)).not.toBe(pid);
  });

  it('leaves one that hangs to the next owner, who ends it before anything runs again', async () => {
    const { dataDir, pid } = await owner(
      `process.on('disconnect', () => {}); setInterval(() => {}, 1_000); ${ready}`,
    );
    expect(isAlive(pid)).toBe(true);
    const { running } = await opened(stays, { dataDir });
    expect(isAlive(pid)).toBe(false);
    await running();
  });

  it('never ends a process that only has the number of one of ours', async () => {
    const { dataDir, cluster } = await opened(stays);
    await cluster.close();
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1_000)'], { stdio: 'ignore' });
    mkdirSync(join(dataDir, 'run/a'), { recursive: true });
    const record = { pid: stranger.pid, instance: '5f0c1c5e-58b9-4f0a-9d5c-0d4b5f5f3a11' };
    writeFileSync(join(dataDir, 'run/a/process.json'), JSON.stringify(record));
    await opened(stays, { dataDir });
    expect(isAlive(stranger.pid ?? 0)).toBe(true);
    stranger.kill('SIGKILL');
  });
});
