import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '@ccd/testkit';
import { FolderInUseError } from '../errors.ts';
import { secretSpec, workloadSpec } from '../testing/index.ts';
import { dir, isAlive, opened, pidOf, ready, stays } from '../testing/local-rig.ts';

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
