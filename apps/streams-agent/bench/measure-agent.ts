import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onCore } from '@ccd/testkit/bench';
import type { Measured, Order } from './measured.ts';

/** As the README says of machines with little memory. */
export const boundedHeap = ['--max-old-space-size=256', '--max-semi-space-size=16'];

/**
 * Has an agent do so in a process of its own on the first core, where it shares the heap with nothing that is not its own.
 * @param flags of node
 */
export async function measureAgent(order: Order, flags: readonly string[]): Promise<Measured> {
  const [program, ...args] = onCore(0, [
    process.execPath,
    '--expose-gc',
    '--disable-warning=ExperimentalWarning',
    ...flags,
    fileURLToPath(new URL('run-agent.ts', import.meta.url)),
    JSON.stringify(order),
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
