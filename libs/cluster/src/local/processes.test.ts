import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '@ccd/testkit';
import { secretSpec, workloadSpec } from '../testing/index.ts';
import { hasty, isAlive, opened, pidOf, ready, stays } from '../testing/local-rig.ts';

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
    const signal = new AbortController().signal;
    expect(await cluster.readLog('a', 1, signal)).toEqual(['new']);
    expect(await cluster.readLog('a', 10, signal)).toEqual(['old', 'new']);
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
