import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onCore } from '@ccd/testkit/bench';
import type { Measured, Order } from './measured.ts';

/** What bounds the memory of a process. */
export interface Bounds {
  /** Of node. */
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export const unboundedMemory: Bounds = { flags: [], env: {} };

/** As the README says of machines with little memory. */
export const boundedMemory: Bounds = {
  flags: ['--max-old-space-size=256', '--max-semi-space-size=16'],
  env: { MALLOC_TRIM_THRESHOLD_: '131072' },
};

const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Has an agent do so in a process of its own on the first core, where it shares the heap with nothing that is not its own. It is
 * bundled as for its image, since what takes the types out of sources holds some hundred megabytes.
 */
export async function measureAgent(order: Order, bounds: Bounds): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'ccd-bench-'));
  try {
    const build = [fileOf('../../../tools/build.ts'), '--quiet', '--out', folder, fileOf('run-agent.ts')];
    execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...build]);
    return await runAgent(join(folder, 'apps', 'bench', 'run-agent.js'), order, bounds);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runAgent(bundle: string, order: Order, { flags, env }: Bounds): Promise<Measured> {
  const [program, ...args] = onCore(0, [
    'env',
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
    process.execPath,
    '--expose-gc',
    ...flags,
    bundle,
    JSON.stringify(order),
    fileOf('stand-ins/process.ts'),
  ]);
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  let measured: Measured | undefined;
  child.on('message', (message) => {
    measured = message as Measured;
  });
  // What it said last may come after its end.
  const [[code]] = await Promise.all([
    once(child, 'exit') as Promise<[number | null]>,
    once(child, 'disconnect'),
  ]);
  if (measured === undefined) throw new Error(`the agent of the benchmark ended with ${String(code)}`);
  return measured;
}
