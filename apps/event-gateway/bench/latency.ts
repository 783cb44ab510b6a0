import { median } from '@ccd/testkit/bench';
import type { Figure, Goal } from '@ccd/testkit/bench';
import type { LoadGenerator, LoadedServer } from './child.ts';
import type { Latency, LoadPlan } from './load/plan.ts';

/** Of what the gateway sustains. */
const share = 0.7;
/** Milliseconds that the generator may be late, at its 99th percentile. */
const lagLimit = 1;
/** Share of its core from which on a server is said to be at its limit. */
const saturated = 0.9;

export interface LatencyOptions {
  readonly gateway: LoadedServer;
  readonly empty: LoadedServer;
  readonly load: Pick<LoadPlan, 'protocol' | 'connections' | 'depth' | 'requestsFile'>;
  /** What the gateway answered when each answer was followed by the next request: per second of the clock, and of CPU time. */
  readonly sustained: { readonly perSecond: number; readonly perCpuSecond: number };
  readonly rounds: number;
  readonly ms: number;
  readonly progress: (what: string) => void;
}

interface Measured extends Latency {
  /** Of a core, that the server took. */
  readonly busy: number;
}

async function measure(
  generator: LoadGenerator,
  server: LoadedServer,
  plan: Omit<LoadPlan, 'port'>,
): Promise<Measured> {
  const before = await server.status();
  const { refused, seconds, latency } = await generator.run({ ...plan, port: server.port });
  const after = await server.status();
  if (refused > 0) throw new Error(`${refused} requests at a pace were not answered with 204`);
  if (latency === undefined) throw new TypeError('a load with a rate has latencies');
  return { ...latency, busy: (after.cpuMicros - before.cpuMicros) / 1e6 / seconds };
}

/**
 * Latencies at a rate that is kept whatever becomes of the requests, each the median of the rounds; and in turn those of
 * an empty server at the same rate, which are what generator, kernel and node take of them.
 */
export async function measureLatency(
  generator: LoadGenerator,
  { gateway, empty, load, sustained, rounds, ms, progress }: LatencyOptions,
): Promise<readonly Figure[]> {
  const rate = share * sustained.perSecond;
  const plan = { ...load, ms, rate };
  const results: Record<'gateway' | 'empty', Measured>[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    progress(`latency at ${Math.round(rate).toLocaleString('en')}/s, round ${round} of ${rounds}`);
    const ofEmpty = await measure(generator, empty, plan);
    results.push({ empty: ofEmpty, gateway: await measure(generator, gateway, plan) });
  }
  return toFigures({ rate, sustained }, (server, of) => median(results.map((result) => result[server][of])));
}

function toFigures(
  { rate, sustained }: { readonly rate: number } & Pick<LatencyOptions, 'sustained'>,
  middle: (server: 'gateway' | 'empty', of: keyof Measured) => number,
): readonly Figure[] {
  const busy = sustained.perSecond / sustained.perCpuSecond;
  const lag = middle('gateway', 'lagP99');
  const doubt = lag > lagLimit ? 'no figure of the gateway, its generator was late' : undefined;
  const figure = (what: string, value: number, unit: string, limit?: number): Figure => ({
    what,
    value,
    unit,
    better: 'less',
    ...(limit !== undefined && { goal: { of: 'value', bound: 'at most', limit } satisfies Goal }),
  });
  const ofGateway = (what: string, of: keyof Measured, limit?: number): Figure => ({
    ...figure(`${what} at 70 % load`, middle('gateway', of), 'ms', limit),
    ...(doubt !== undefined && { doubt }),
  });
  return [
    {
      what: '70 % load: Avro events by the clock',
      value: rate,
      unit: '/s',
      better: 'more',
      baseline: { what: 'all that it sustains', value: sustained.perSecond },
      ...(busy < saturated && { doubt: `it sustains more: it had ${Math.round(100 * busy)} % of its core` }),
    },
    figure('share of its core that the gateway takes at 70 % load', 100 * middle('gateway', 'busy'), '%'),
    ofGateway('median latency', 'p50'),
    ofGateway('p99 latency', 'p99', 5),
    ofGateway('p99.9 latency', 'p999'),
    figure('median latency of an empty node:http 204 at that rate', middle('empty', 'p50'), 'ms'),
    figure('p99 latency of an empty node:http 204 at that rate', middle('empty', 'p99'), 'ms'),
    figure('p99 of the time by which the generator sent late', lag, 'ms', lagLimit),
  ];
}
