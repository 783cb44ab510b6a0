import { median } from '@ccd/testkit/bench';
import type { LoadGenerator, LoadedServer } from './child.ts';
import type { LoadPlan } from './load/plan.ts';

export type Load = Pick<LoadPlan, 'protocol' | 'connections' | 'depth' | 'requestsFile'>;

/** The loads of all benches of the gateway, each with one file of requests. */
export const http1Load = (requestsFile: string): Load => ({
  protocol: 'http1',
  connections: 64,
  depth: 1,
  requestsFile,
});
export const h2cLoad = (requestsFile: string): Load => ({
  protocol: 'h2c',
  connections: 16,
  depth: 32,
  requestsFile,
});

/** A server and the load that it is measured with. */
export interface Subject {
  readonly what: string;
  readonly server: LoadedServer;
  readonly load: Load;
  /** Events in the log behind it, where the server cannot say how many it took. */
  readonly stored?: () => Promise<number>;
}

export interface Measured {
  /** Accepted requests per second of the server's CPU time, and per second of the clock. */
  readonly perCpuSecond: number;
  readonly perSecond: number;
}

async function measure(
  generator: LoadGenerator,
  { what, server, load, stored }: Subject,
  plan: Pick<LoadPlan, 'ms' | 'atLeast'>,
): Promise<Measured> {
  const taken = async (events: number): Promise<number> => (stored === undefined ? events : stored());
  const before = await server.status();
  const takenBefore = await taken(before.events);
  const { accepted, refused, seconds } = await generator.run({ ...load, ...plan, port: server.port });
  const after = await server.status();
  const took = (await taken(after.events)) - takenBefore;
  if (refused > 0) throw new Error(`${what}: ${refused} requests were not answered with 204`);
  if (takenBefore + took > 0 && took < accepted) {
    throw new Error(`${what}: answered ${accepted} with 204, took ${took}`);
  }
  return {
    perCpuSecond: (accepted / (after.cpuMicros - before.cpuMicros)) * 1e6,
    perSecond: accepted / seconds,
  };
}

/** The subjects in turn, round after round, so that a machine that slows down slows all of them. */
export async function measureAll<Name extends string>(
  generator: LoadGenerator,
  subjects: Readonly<Record<Name, Subject>>,
  { rounds, ms, progress }: { rounds: number; ms: number; progress: (what: string) => void },
): Promise<Record<Name, Measured>> {
  const names = Object.keys(subjects) as Name[];
  const results = new Map<Name, Measured[]>(names.map((name) => [name, []]));
  // Every session has its key and every function its optimised code before the first round.
  for (const name of names) await measure(generator, subjects[name], { ms, atLeast: 10_000 });
  for (let round = 1; round <= rounds; round += 1) {
    progress(`round ${round} of ${rounds}`);
    for (const name of names) results.get(name)?.push(await measure(generator, subjects[name], { ms }));
  }
  const middle = (name: Name, of: keyof Measured): number =>
    median((results.get(name) ?? []).map((measured) => measured[of]));
  return Object.fromEntries(
    names.map((name) => [
      name,
      { perCpuSecond: middle(name, 'perCpuSecond'), perSecond: middle(name, 'perSecond') },
    ]),
  ) as Record<Name, Measured>;
}
