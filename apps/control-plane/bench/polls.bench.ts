import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuMicrosOf, median } from '@ccd/testkit/bench';
import type { Bench, Figure } from '@ccd/testkit/bench';
import { advanceRevision } from '../src/desired-state/revision.ts';
import { startGrpcBaseline, startRawBaseline } from './polls/baselines.ts';
import type { Baseline } from './polls/baselines.ts';
import { pollPath, startBenchControlPlane } from './polls/control-plane.ts';
import type { BenchControlPlane } from './polls/control-plane.ts';
import { startLoad } from './polls/load.ts';
import type { Load } from './polls/load.ts';
import type { Outcome } from './polls/protocol.ts';

interface Sizes {
  readonly agents: number;
  /** Time in which each agent of the fleet polls once. */
  readonly everyMs: number;
  readonly fleetMs: number;
  /** The same fleet at the empty server. */
  readonly fleetBaselineMs: number;
  readonly rounds: number;
  /** Of small answers, in a round. */
  readonly polls: number;
  readonly bigPolls: number;
  /** Agents that get one change. */
  readonly spread: number;
}

const full: Sizes = {
  agents: 10_000,
  everyMs: 10_000,
  fleetMs: 20_000,
  fleetBaselineMs: 10_000,
  rounds: 3,
  polls: 10_000,
  bigPolls: 600,
  spread: 1_000,
};
/** As many polls a second, by fewer agents. */
const quick: Sizes = {
  agents: 500,
  everyMs: 500,
  fleetMs: 1_500,
  fleetBaselineMs: 1_000,
  rounds: 1,
  polls: 3_000,
  bigPolls: 100,
  spread: 200,
};

/** Items of an answer of about 1 MB: source streams with their key streams. */
const bigStreams = 2_100;

interface Measured extends Outcome {
  /** CPU time of this process, where the server is, per poll. */
  readonly cpuMicros: number;
  readonly cpuShare: number;
}

async function measure(load: Load, order: Parameters<Load['run']>[0]): Promise<Measured> {
  let outcome: Outcome | undefined;
  const cpu = await cpuMicrosOf(async () => {
    outcome = await load.run(order);
  });
  if (outcome === undefined) throw new Error('there was nothing to measure');
  return { ...outcome, cpuMicros: cpu / outcome.polls, cpuShare: cpu / 1000 / outcome.wallMs };
}

/** Median CPU time per poll of a few agents that ask as fast as they can. */
async function saturated(load: Load, rounds: number, polls: number): Promise<Measured> {
  await load.run({ do: 'saturate', polls: polls / 2 });
  const measured: Measured[] = [];
  for (let round = 0; round < rounds; round += 1) {
    measured.push(await measure(load, { do: 'saturate', polls }));
  }
  const middle = median(measured.map(({ cpuMicros }) => cpuMicros));
  const found = measured.find(({ cpuMicros }) => cpuMicros === middle);
  if (found === undefined) throw new Error('there was nothing to measure');
  return found;
}

interface Fleet {
  readonly tokens: readonly string[];
  /** @default true */
  readonly keeping?: boolean;
}

async function against<T>(
  load: Load,
  port: number,
  { tokens, keeping = true }: Fleet,
  work: () => Promise<T>,
): Promise<T> {
  await load.connect({ port, path: pollPath, tokens, keeping });
  try {
    return await work();
  } finally {
    await load.run({ do: 'disconnect' });
  }
}

async function againstBaseline<T>(
  load: Load,
  baseline: Promise<Baseline>,
  fleet: Fleet,
  work: () => Promise<T>,
): Promise<T> {
  const server = await baseline;
  const result = await against(load, server.port, fleet, work);
  await server.stop();
  return result;
}

function mustBe(what: string, condition: boolean): void {
  if (!condition) throw new Error(`this is no measurement, since not ${what}`);
}

const nothing = Buffer.alloc(0);

async function measureFew(
  load: Load,
  plane: BenchControlPlane,
  { rounds, polls }: Sizes,
): Promise<readonly Figure[]> {
  const few = { tokens: await plane.issueTokens(await plane.addInstallations(32)) };
  const unchanged = await against(load, plane.port, few, () => saturated(load, rounds, polls));
  mustBe('every poll was told "unchanged"', unchanged.unchanged === unchanged.polls);
  const grpc = await againstBaseline(load, startGrpcBaseline(nothing), few, () =>
    saturated(load, rounds, polls),
  );
  const raw = await againstBaseline(load, startRawBaseline(nothing), few, () =>
    saturated(load, rounds, polls),
  );
  return [
    {
      what: 'an unchanged poll, CPU',
      value: unchanged.cpuMicros,
      unit: 'µs',
      better: 'less',
      baseline: { what: 'empty grpc-js unary', value: grpc.cpuMicros },
      goal: { of: 'value', bound: 'at most', limit: 100 },
    },
    {
      what: 'an empty grpc-js unary, CPU',
      value: grpc.cpuMicros,
      unit: 'µs',
      better: 'less',
      baseline: { what: 'raw http2, cached bytes', value: raw.cpuMicros },
    },
  ];
}

async function measureBig(
  load: Load,
  plane: BenchControlPlane,
  { rounds, bigPolls, spread: spreadTo }: Sizes,
): Promise<readonly Figure[]> {
  const installations = await plane.addInstallations(1, bigStreams);
  const [token = ''] = await plane.issueTokens(installations);
  const few = { tokens: Array.from({ length: 8 }, () => token), keeping: false };
  const answered = await against(load, plane.port, few, () => saturated(load, rounds, bigPolls));
  mustBe('every poll was answered in full', answered.unchanged === 0);
  const bytes = Buffer.alloc(answered.bytes / answered.polls);
  const raw = await againstBaseline(load, startRawBaseline(bytes), few, () =>
    saturated(load, rounds, bigPolls),
  );

  const many = { tokens: Array.from({ length: spreadTo }, () => token) };
  const spread = await against(load, plane.port, many, async () => {
    await load.run({ do: 'poll once' });
    const [installation = ''] = installations;
    await plane.database.transaction((transaction) => advanceRevision(transaction, installation));
    return measure(load, { do: 'poll once' });
  });
  mustBe('every agent got the change', spread.unchanged === 0);
  const size = `${(bytes.length / 1e6).toFixed(1)} MB`;
  return [
    {
      what: `an answer of ${size} in full, per core-second`,
      value: 1e6 / answered.cpuMicros,
      unit: '/s',
      better: 'more',
      baseline: { what: 'raw http2, cached bytes', value: 1e6 / raw.cpuMicros },
      goal: { of: 'value', bound: 'at least', limit: 1_500 },
    },
    {
      what: `a change of ${size} to ${spreadTo.toLocaleString('en')} agents`,
      value: spread.wallMs / 1_000,
      unit: 's',
      better: 'less',
      goal: { of: 'value', bound: 'at most', limit: (2 * spreadTo) / 1_000 },
    },
  ];
}

async function measureFleet(
  load: Load,
  plane: BenchControlPlane,
  { agents, everyMs, fleetMs, fleetBaselineMs }: Sizes,
): Promise<readonly Figure[]> {
  const installations = await plane.addInstallations(agents);
  const fleet = { tokens: await plane.issueTokens(installations) };
  const pace = { do: 'keep pace', everyMs } as const;
  const changes = Math.min(500, agents);
  global.gc?.();
  const before = process.memoryUsage.rss();
  const { first, paced, changed, rss } = await against(load, plane.port, fleet, async () => {
    const first = await measure(load, { do: 'poll once' });
    const paced = await measure(load, { ...pace, forMs: fleetMs });
    const rss = process.memoryUsage.rss() - before;
    const changing = await cpuMicrosOf(async () => {
      for (const id of installations.slice(0, changes)) {
        await plane.database.transaction((transaction) => advanceRevision(transaction, id));
      }
    });
    const told = await measure(load, { do: 'poll once' });
    mustBe('every change was told', told.polls - told.unchanged === changes);
    const polling = told.cpuMicros * told.polls - paced.cpuMicros * told.unchanged;
    return { first, paced, changed: (changing + polling) / changes, rss };
  });
  mustBe('every poll was told "unchanged"', paced.unchanged === paced.polls);
  const grpc = await againstBaseline(load, startGrpcBaseline(nothing), fleet, () =>
    measure(load, { ...pace, forMs: fleetBaselineMs }),
  );
  const look = await cpuMicrosOf(async () => {
    for (const id of installations.slice(0, changes)) {
      await plane.database.query('SELECT epoch, revision FROM installations WHERE id = $1', [id]);
    }
  });

  const rate = `${Math.round((agents / everyMs) * 1_000).toLocaleString('en')} polls/s`;
  const named = (what: string): string => `${agents.toLocaleString('en')} agents, ${what}`;
  const database = { what: 'one look into PGlite', value: look / changes };
  return [
    {
      what: named(`${rate}, share of a core`),
      value: paced.cpuShare * 100,
      unit: '%',
      better: 'less',
      baseline: { what: 'empty grpc-js unary', value: grpc.cpuShare * 100 },
      goal: { of: 'value', bound: 'at most', limit: 10 },
    },
    { what: named(`${rate}, 99th percentile`), value: paced.p99Ms, unit: 'ms', better: 'less' },
    { what: named('memory for their connections'), value: rss / 1e6, unit: 'MB', better: 'less' },
    {
      what: 'the first poll of an installation, CPU',
      value: first.cpuMicros,
      unit: 'µs',
      better: 'less',
      baseline: database,
    },
    {
      what: 'a change, and the poll that brings it, CPU',
      value: changed,
      unit: 'µs',
      better: 'less',
      baseline: database,
    },
  ];
}

export const bench: Bench = {
  title: 'Agents that poll the control plane over PGlite, played by a process on the other core',
  async run({ quick: isQuick, progress }) {
    const sizes = isQuick ? quick : full;
    const folder = mkdtempSync(join(tmpdir(), 'ccd-polls-'));
    const plane = await startBenchControlPlane(folder);
    const load = startLoad();
    try {
      progress('a few agents, as fast as they can');
      const few = await measureFew(load, plane, sizes);
      progress('large answers');
      const big = await measureBig(load, plane, sizes);
      progress(`${sizes.agents} agents at their pace`);
      return [...few, ...(await measureFleet(load, plane, sizes)), ...big];
    } finally {
      await load.stop();
      await plane.stop();
      rmSync(folder, { recursive: true });
    }
  },
};
