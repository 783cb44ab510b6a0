import { cpuMicrosOf, median } from '@ccd/testkit/bench';
import type { Bench, Figure } from '@ccd/testkit/bench';
import { createReconciler, diff } from '../src/index.ts';
import type { Desired, Observed } from '../src/index.ts';
import { createMemoryDesired, createMemoryWorld, toDesired } from '../src/testing/index.ts';

const count = 10_000;
const kinds = ['topic', 'decrypter'];

type Wanted = readonly Desired<undefined>[];
type Had = readonly Observed<undefined>[];

function keyOf(index: number) {
  const kind = kinds[index % kinds.length] ?? 'topic';
  return {
    kind,
    id: `stream-${((index * 2_654_435_761) >>> 0).toString(16).padStart(8, '0')}-5f1c-4d52-9a61`,
  };
}

const byId = (a: Pick<Desired<undefined>, 'key'>, b: typeof a): number => (a.key.id < b.key.id ? -1 : 1);

/** Median CPU time of `work` on inputs that are made outside of it, in milliseconds. */
async function cpuMillis<T>(rounds: number, make: () => T, work: (made: T) => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = -2; round < rounds; round += 1) {
    const made = make();
    const time = await cpuMicrosOf(() => work(made));
    if (round >= 0) times.push(time / 1_000);
  }
  return median(times);
}

async function measureDiff(rounds: number): Promise<readonly Figure[]> {
  const want = Array.from({ length: count }, (_, index): Desired<undefined> => {
    return { key: keyOf(index), spec: undefined, hash: `hash-${index}` };
  });
  const have = want.map(({ key, hash }): Observed<undefined> => {
    return { key, live: undefined, owned: true, appliedHash: hash };
  });
  // Fresh strings, as they come out of a parser: maps have to hash them anew each time.
  const fresh = (wanted: Wanted, had: Had) => () => structuredClone({ wanted, had });
  const baseline = {
    what: 'a Map of the same keys',
    value: await cpuMillis(rounds, fresh(want, have), ({ wanted, had }) => {
      const map = new Map(had.map(({ key, appliedHash }) => [key.id, appliedHash]));
      return wanted.filter(({ key, hash }) => map.get(key.id) !== hash).length;
    }),
  };
  const figures: Figure[] = [];
  for (const [what, wanted, had] of [
    ['nothing changed', want, have],
    ['nothing changed, lists sorted', want.toSorted(byId), have.toSorted(byId)],
    ['all to create', want, []],
    ['all to delete', [], have],
  ] as const) {
    const value = await cpuMillis(rounds, fresh(wanted, had), (lists) =>
      diff(lists.wanted, lists.had, undefined, kinds),
    );
    figures.push({ what: `diff, ${what}, CPU`, value, unit: 'ms', better: 'less', baseline });
  }
  return figures;
}

async function measureRuns(rounds: number): Promise<readonly Figure[]> {
  const world = createMemoryWorld<{ readonly image: string }>();
  const desired = createMemoryDesired<{ readonly image: string }>();
  desired.set(
    Array.from({ length: count }, (_, index) =>
      toDesired({ kind: kinds[index % 2] ?? '', id: `stream-${index}` }, { image: 'a' }),
    ),
  );
  const { actual, applier } = world;
  const reconciler = createReconciler({
    kinds,
    desired: desired.source,
    actual,
    applier,
    settings: { concurrency: 32 },
  });
  const created = (await cpuMicrosOf(() => reconciler.runOnce())) / 1_000;
  const before = world.writes().length;
  const unchanged = await cpuMillis(
    rounds,
    () => undefined,
    () => reconciler.runOnce(),
  );
  return [
    { what: 'a run that creates all, CPU', value: created, unit: 'ms', better: 'less' },
    {
      what: 'a run that changes nothing, CPU',
      value: unchanged,
      unit: 'ms',
      better: 'less',
      goal: { of: 'value', bound: 'at most', limit: 500 },
    },
    {
      what: 'writes of the runs that change nothing',
      value: world.writes().length - before,
      unit: '',
      better: 'less',
      goal: { of: 'value', bound: 'at most', limit: 0 },
    },
  ];
}

export const bench: Bench = {
  title: `Reconciling ${count.toLocaleString('en')} resources in memory`,
  async run({ quick, progress }) {
    const rounds = quick ? 9 : 51;
    progress('diff');
    const diffs = await measureDiff(rounds);
    progress('whole runs');
    return [...diffs, ...(await measureRuns(rounds))];
  },
};
