import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onCore } from '@ccd/testkit/bench';
import type { Bench, Figure, Goal } from '@ccd/testkit/bench';
import type { Measured } from './measured.ts';
import { resourcesOf } from './stand-ins/answer.ts';

/** As the README says of machines with little memory. */
const boundedHeap = ['--max-old-space-size=256', '--max-semi-space-size=16'];

interface Size {
  readonly streams: number;
  readonly runs: number;
  /** Between two runs: longer than one takes. */
  readonly pollMs: number;
}

/** In a process of its own on the first core, where it shares the heap with nothing that is not the agent's. */
async function measure({ streams, runs, pollMs }: Size, flags: readonly string[]): Promise<Measured> {
  const [program, ...args] = onCore(0, [
    process.execPath,
    '--expose-gc',
    '--disable-warning=ExperimentalWarning',
    ...flags,
    fileURLToPath(new URL('run-agent.ts', import.meta.url)),
    `${streams}`,
    `${runs}`,
    `${pollMs}`,
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

const atMost = (limit: number): Goal => ({ of: 'value', bound: 'at most', limit });

function toFigures(streams: number, free: Measured, bounded: Measured): readonly Figure[] {
  const resources = resourcesOf(streams).toLocaleString('en');
  const figure = (what: string, value: number, unit: string, rest: Partial<Figure> = {}): Figure => ({
    what,
    value,
    unit,
    better: 'less',
    ...rest,
  });
  const { created, resync, inFull, told, writes } = free;
  return [
    figure(`an unchanged resync of ${resources} resources, CPU`, resync, 'ms', {
      baseline: { what: 'with the answer in full', value: inFull },
      goal: atMost(500),
    }),
    figure('writes of all unchanged resyncs', writes, '', { goal: atMost(0) }),
    figure('six of them, with the states of all told anew, as once a minute, CPU', told, 'ms', {
      baseline: { what: 'six without', value: 6 * resync },
    }),
    figure(`all ${resources} created`, created / 1_000, 's', { goal: atMost(60) }),
    figure('resident at its highest, heap bounded as the README says', bounded.residentAtMost / 1e6, 'MB', {
      goal: atMost(400),
    }),
    figure('an unchanged resync, heap bounded, CPU', bounded.resync, 'ms', {
      baseline: { what: 'heap not bounded', value: resync },
      goal: atMost(500),
    }),
    figure('resident at its highest, heap not bounded', free.residentAtMost / 1e6, 'MB'),
    figure('in use after garbage collection', free.inUse / 1e6, 'MB'),
    figure('resident before it began: node and the code', free.residentBefore / 1e6, 'MB'),
  ];
}

export const bench: Bench = {
  title:
    'The streams agent with nothing to do; event log, cluster and control plane in another process, in memory',
  async run({ quick, progress }) {
    const size = quick
      ? { streams: 2_000, runs: 5, pollMs: 200 }
      : { streams: 10_000, runs: 20, pollMs: 700 };
    progress(`an agent of ${size.streams} streams`);
    const free = await measure(size, []);
    progress('the same with a bounded heap');
    return toFigures(size.streams, free, await measure(size, boundedHeap));
  },
};
