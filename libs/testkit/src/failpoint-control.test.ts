import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { eventually } from './eventually.ts';
import { createFailpointControl } from './failpoint-control.ts';
import { scratchDir } from './scratch-dir.ts';

const failpoints = pathToFileURL(join(import.meta.dirname, '../../failpoints/src/index.ts')).href;

describe(createFailpointControl, () => {
  const scratch = scratchDir();
  const program = join(scratch, 'program.mjs');
  writeFileSync(
    program,
    `import { failpoint } from ${JSON.stringify(failpoints)};
     for (let visit = 1; visit <= 3; visit++) {
       failpoint('gateway.beforeProduce');
       process.stdout.write(String(visit));
     }`,
  );

  async function run(name: string, prepare: (control: ReturnType<typeof createFailpointControl>) => void) {
    const control = createFailpointControl(join(scratch, name));
    prepare(control);
    const child = spawn(process.execPath, [...control.nodeArguments, program], {
      env: control.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text: Buffer) => (said += text.toString()));
    }
    await once(child, 'close');
    return { control, said, signal: child.signalCode };
  }

  it('kills a process at the visit that it was told, and nowhere else', async () => {
    const armed: { hasFired(): boolean }[] = [];
    const { said, signal } = await run('kill', (control) => {
      armed.push(control.arm('gateway.beforeProduce', 2), control.arm('gateway.afterProduce'));
    });
    expect({ said, signal }).toStrictEqual({ said: '12', signal: 'SIGKILL' });
    expect(armed.map((each) => each.hasFired())).toStrictEqual([true, false]);
  });

  it('crashes a process by an error that nobody catches', async () => {
    const { said, signal } = await run('crash', (control) => {
      control.armCrash('gateway.beforeProduce', 'not JSON');
    });
    expect(said).toMatch(/^123.*armed to crash/s);
    expect(signal).toBeNull();
  });

  it('stops a process where it is, until it is told to go on', async () => {
    const control = createFailpointControl(join(scratch, 'stop'));
    const armed = control.armStop('gateway.beforeProduce', 1);
    const child = spawn(process.execPath, [...control.nodeArguments, program], {
      env: control.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (text: Buffer) => (said += text.toString()));
    const pid = await eventually('a process that stands still', () => armed.pid());
    expect(pid).toBe(child.pid);
    await eventually('what it said before', () => said === '1');
    process.kill(pid, 'SIGCONT');
    await once(child, 'close');
    expect(said).toBe('123');
  });

  it('lets a process go on where nothing is armed any more, and knows where it came by', async () => {
    const { control, said, signal } = await run('pass', (given) => {
      given.arm('gateway.beforeProduce').disarm();
    });
    expect({ said, signal }).toStrictEqual({ said: '123', signal: null });
    expect([...control.visited()]).toStrictEqual(['gateway.beforeProduce']);
  });
});
