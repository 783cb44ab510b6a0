import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { onCore } from '@ccd/testkit/bench';
import type { BenchFile } from './find-benches.ts';
import type { BenchResult } from './record.ts';

export interface RunOptions {
  readonly quick: boolean;
  /** After which it is killed. */
  readonly withinMs: number;
}

/** Runs a benchmark in a process of its own on the first core. @throws Error, in words, where it does not end well */
export async function runBench(
  { name, file }: BenchFile,
  { quick, withinMs }: RunOptions,
): Promise<BenchResult> {
  const [program, ...args] = onCore(0, [
    process.execPath,
    '--expose-gc',
    '--disable-warning=ExperimentalWarning',
    join(import.meta.dirname, 'run-one.ts'),
    file,
    ...(quick ? ['--quick'] : []),
  ]);
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const received: BenchResult[] = [];
  child.on('message', (message) => {
    received.push({ name, ...(message as Omit<BenchResult, 'name'>) });
  });
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort();
    child.kill('SIGKILL');
  }, withinMs);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
  clearTimeout(timer);
  if (late.signal.aborted) throw new Error(`benchmark ${name} did not end within ${withinMs / 1_000} s`);
  const [result] = received;
  if (result === undefined) throw new Error(`benchmark ${name} ended with ${code ?? 'a signal'}`);
  return result;
}
