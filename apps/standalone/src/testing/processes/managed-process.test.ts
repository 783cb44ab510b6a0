import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, scratchDir } from '@ccd/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createManagedProcess, killUnstopped } from './managed-process.ts';

const folder = scratchDir();
const program = join(folder, 'app.mjs');
writeFileSync(program, `process.send({ state: 'running' }); setInterval(() => {}, 1_000);`);

function create() {
  return createManagedProcess({
    name: 'an app',
    program,
    nodeArguments: [],
    environment: {},
    onLine: () => {},
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

afterEach(killUnstopped);

describe(createManagedProcess, () => {
  it('starts again what was killed, until it is stopped', async () => {
    const app = create();
    await app.start();
    const first = app.pid();
    app.kill();
    await eventually('another process', () => app.isReady() && app.pid() !== first);
    await app.stop();
    expect(app.pid()).toBeUndefined();
    expect(app.ownEnds()).toEqual([]);
  });
});

describe(killUnstopped, () => {
  it('ends for good what nobody stopped', async () => {
    const apps = [create(), create()];
    await Promise.all(apps.map((app) => app.start()));
    const pids = apps.map((app) => app.pid() ?? 0);
    expect(pids.map(isAlive)).toEqual([true, true]);
    await killUnstopped();
    expect(pids.map(isAlive)).toEqual([false, false]);
    expect(apps.map((app) => app.pid())).toEqual([undefined, undefined]);
  });
});
