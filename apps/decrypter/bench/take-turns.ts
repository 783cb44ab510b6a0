import { systemClock, withDeadline } from '@ccd/reconcile';
import { cpuMicrosOf, median } from '@ccd/testkit/bench';

/** What a pass takes, in seconds: CPU time of this process, all threads, and time by the clock. */
export interface Cost {
  readonly cpu: number;
  readonly clock: number;
}

export interface TurnOptions {
  /** After a first one, which is for the compiler. */
  readonly rounds: number;
  readonly progress: (what: string) => void;
  /** Removes what a pass has left behind; not measured. */
  readonly cleanUp: () => Promise<void>;
}

const withinMs = 60_000;

async function costOf(step: string, pass: () => Promise<void>): Promise<Cost> {
  const started = performance.now();
  const micros = await cpuMicrosOf(() =>
    withDeadline(systemClock, { step, ms: withinMs, parent: new AbortController().signal }, pass),
  );
  return { cpu: micros / 1e6, clock: (performance.now() - started) / 1_000 };
}

/**
 * Runs the passes in turn, round after round, so that a machine that slows down slows all of them, and gives the median
 * cost of each. @throws DeadlineExceededError for one that does not end within a minute
 */
export async function takeTurns<Name extends string>(
  passes: Readonly<Record<Name, () => Promise<void>>>,
  { rounds, progress, cleanUp }: TurnOptions,
): Promise<Record<Name, Cost>> {
  const names = Object.keys(passes) as Name[];
  const costs = new Map<Name, Cost[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    progress(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
    for (const name of names) {
      const cost = await costOf(name, passes[name]);
      await cleanUp();
      if (round > 0) costs.get(name)?.push(cost);
    }
  }
  const middle = (name: Name, of: keyof Cost): number =>
    median((costs.get(name) ?? []).map((cost) => cost[of]));
  return Object.fromEntries(
    names.map((name) => [name, { cpu: middle(name, 'cpu'), clock: middle(name, 'clock') }]),
  ) as Record<Name, Cost>;
}
