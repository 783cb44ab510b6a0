import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { scratchDir } from '../scratch-dir.ts';
import { BenchProcess, LateAnswerError } from './bench-process.ts';

const folder = scratchDir();
const started: BenchProcess[] = [];

function start(program: string): BenchProcess {
  const script = join(folder, `program-${started.length}.mjs`);
  writeFileSync(script, program);
  const child = new BenchProcess([process.execPath, script]);
  started.push(child);
  return child;
}

afterEach(() => {
  for (const child of started) child.kill();
});

describe(BenchProcess, () => {
  it('answers each message with one', async () => {
    const child = start(`process.on('message', ({ n }) => process.send({ n: n + 1 }));`);
    expect(await child.ask({ n: 1 })).toEqual({ n: 2 });
    expect(await child.ask({ n: 2 })).toEqual({ n: 3 });
  });

  it('gives up one that does not answer in time', async () => {
    const child = start(`process.on('message', () => {});`);
    await expect(child.ask({}, 0.05)).rejects.toThrow(LateAnswerError);
  });

  it('says so when the process ends instead', async () => {
    const child = start(`process.on('message', () => process.exit(3));`);
    await expect(child.ask({})).rejects.toThrow('ended with 3');
  });
});
