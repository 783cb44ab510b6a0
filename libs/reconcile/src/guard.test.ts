import { describe, expect, it } from '@jest/globals';
import { diff } from './diff.ts';
import { guard, guardCached } from './guard.ts';
import type { GuardedPlan } from './guard.ts';
import type { GuardMemory } from './guard-memory.ts';
import type { Desired, DesiredSnapshot, Observed, ResourceKey, Revision } from './types.ts';

const fresh: GuardMemory = { recentDeletions: [] };
const revision: Revision = { epoch: 'e1', number: 10n };
const accepted: GuardMemory = { accepted: { revision, digest: 'd10' }, recentDeletions: [] };

function keys(from: number, to: number): ResourceKey[] {
  return Array.from({ length: to - from }, (_, index) => ({ kind: 'topic', id: String(from + index) }));
}

function items(list: readonly ResourceKey[]): Desired<string>[] {
  return list.map((key) => ({ key, spec: '', hash: 'h' }));
}

function live(list: readonly ResourceKey[]): Observed<string>[] {
  return list.map((key) => ({ key, live: '', owned: true, appliedHash: 'h' }));
}

interface Situation extends Partial<DesiredSnapshot<string>> {
  readonly wanted: readonly ResourceKey[];
  readonly living: readonly ResourceKey[];
  readonly memory?: GuardMemory;
  readonly release?: Revision;
  readonly foreign?: boolean;
}

function decide({ wanted, living, memory = fresh, release, foreign = false, ...rest }: Situation) {
  const mark = foreign ? {} : { revision: { epoch: 'e1', number: 11n }, digest: 'd11' };
  const snapshot = { ...mark, items: items(wanted), removed: [], ...rest };
  return guard(diff(snapshot.items, live(living)), snapshot, memory, release);
}

function verdicts({ deletes }: GuardedPlan<string, string>): string[] {
  return [
    ...new Set(deletes.map(({ verdict }) => `${verdict.allowed ? 'allowed' : 'withheld'} ${verdict.reason}`)),
  ];
}

describe(guard, () => {
  it.each([
    [3, 15],
    [3, 4],
    [4, 20],
    [20, 100],
  ])('lets %i of %i resources go by absence', (gone, of) => {
    const plan = decide({ wanted: keys(gone, of), living: keys(0, of) });
    expect(plan.deletes).toHaveLength(gone);
    expect(verdicts(plan)).toEqual(['allowed WithinLimit']);
  });

  it.each([
    [4, 19],
    [4, 5],
    [21, 100],
    [99, 100],
  ])('withholds all of them when %i of %i resources would go by absence', (gone, of) => {
    const plan = decide({ wanted: keys(gone, of), living: keys(0, of) });
    expect(plan.deletes).toHaveLength(gone);
    expect(verdicts(plan)).toEqual(['withheld TooManyDeletions']);
  });

  it.each([1, 2, 3, 100])('withholds deletions that empty an installation of %i', (of) => {
    expect(verdicts(decide({ wanted: [], living: keys(0, of) }))).toEqual(['withheld EmptiesInstallation']);
  });

  it('withholds deletions after which nothing of today is left, though new things are wanted', () => {
    expect(verdicts(decide({ wanted: keys(10, 12), living: keys(0, 2) }))).toEqual([
      'withheld EmptiesInstallation',
    ]);
  });

  it('withholds the absent rest where named removals take the others', () => {
    const plan = decide({ wanted: [], living: keys(0, 3), removed: keys(0, 2) });
    expect(plan.deletes.map(({ verdict }) => verdict.reason)).toEqual([
      'RemovalRequested',
      'RemovalRequested',
      'EmptiesInstallation',
    ]);
  });

  it('lets a removal that a user asked for pass, all of them if need be', () => {
    expect(verdicts(decide({ wanted: [], living: keys(0, 50), removed: keys(0, 50) }))).toEqual([
      'allowed RemovalRequested',
    ]);
  });

  it('does not count named removals towards the limit', () => {
    const plan = decide({ wanted: keys(8, 20), living: keys(0, 20), removed: keys(0, 5) });
    expect(plan.deletes.map(({ verdict }) => verdict.reason)).toEqual([
      ...Array<string>(5).fill('RemovalRequested'),
      ...Array<string>(3).fill('WithinLimit'),
    ]);
  });

  it('takes the limit of what is ours: foreign objects do not raise it', () => {
    const foreign = keys(100, 200).map((key) => ({ key, live: '', owned: false }));
    const snapshot = { revision, digest: 'd', items: items(keys(4, 8)), removed: [] };
    const plan = guard(diff(snapshot.items, [...live(keys(0, 8)), ...foreign]), snapshot, fresh);
    expect(verdicts(plan)).toEqual(['withheld TooManyDeletions']);
  });

  it('counts deletions of late together with those at hand', () => {
    const memory = { recentDeletions: keys(0, 3) };
    expect(verdicts(decide({ wanted: keys(4, 10), living: keys(3, 10), memory }))).toEqual([
      'withheld TooManyDeletions',
    ]);
    expect(verdicts(decide({ wanted: keys(4, 20), living: keys(3, 20), memory }))).toEqual([
      'allowed WithinLimit',
    ]);
  });

  it('counts a deletion that has not come through yet once', () => {
    const memory = { recentDeletions: keys(0, 3) };
    expect(verdicts(decide({ wanted: keys(3, 10), living: keys(0, 10), memory }))).toEqual([
      'allowed WithinLimit',
    ]);
  });

  it.each([
    ['an older revision', { revision: { epoch: 'e1', number: 9n }, digest: 'd9' }, 'OlderRevision'],
    ['a new epoch', { revision: { epoch: 'e2', number: 900n }, digest: 'd' }, 'NewEpoch'],
    ['the same revision with another digest', { revision, digest: 'other' }, 'DigestChanged'],
    ['the same revision without its digest', { revision, digest: undefined }, 'DigestChanged'],
  ] as const)(
    'withholds every deletion of %s, named ones included, and says what it doubts',
    (_case, mark, reason) => {
      const { digest, ...rest } = mark;
      const snapshot = {
        ...rest,
        ...(digest !== undefined && { digest }),
        items: items(keys(2, 10)),
        removed: keys(0, 1),
      };
      const plan = guard(diff(snapshot.items, live(keys(0, 10))), snapshot, accepted);
      expect(plan.deletes).toHaveLength(2);
      expect(verdicts(plan)).toEqual([`withheld ${reason}`]);
      expect(plan.doubt).toBe(reason);
    },
  );

  it('lets creates and updates of a doubtful answer pass: only deletions are final', () => {
    const snapshot = { revision: { epoch: 'e0', number: 1n }, items: items(keys(0, 3)), removed: [] };
    const stale = live(keys(0, 1)).map((each) => ({ ...each, appliedHash: 'other' }));
    const plan = guard(diff(snapshot.items, stale), snapshot, accepted);
    expect([plan.creates.length, plan.updates.length, plan.doubt]).toEqual([2, 1, 'NewEpoch']);
  });

  it('trusts the revision that it accepted last, met again', () => {
    const same = { revision, digest: 'd10', wanted: keys(1, 10), living: keys(0, 10), memory: accepted };
    expect(verdicts(decide(same))).toEqual(['allowed WithinLimit']);
  });

  it.each([
    [undefined, 'withheld AwaitingIdenticalAnswers'],
    [2, 'withheld AwaitingIdenticalAnswers'],
    [3, 'allowed WithinLimit'],
  ])('wants an answer without a revision three times in a row: %s times', (times, expected) => {
    const memory = { ...fresh, ...(times !== undefined && { repeated: { fingerprint: 'same', times } }) };
    expect(verdicts(decide({ wanted: keys(1, 10), living: keys(0, 10), foreign: true, memory }))).toEqual([
      expected,
    ]);
  });

  it('holds an answer without a revision to the limit as well', () => {
    const memory = { ...fresh, repeated: { fingerprint: 'same', times: 3 } };
    expect(verdicts(decide({ wanted: [], living: keys(0, 2), foreign: true, memory }))).toEqual([
      'withheld EmptiesInstallation',
    ]);
  });

  it('keeps what lives under the key of an item that it cannot use, and does not count it', () => {
    const rejected = keys(0, 9).map((key) => ({ key, message: 'schedule: not a duration' }));
    const plan = decide({ wanted: keys(10, 12), living: keys(0, 12), rejected, removed: keys(0, 1) });
    expect(plan.deletes.map(({ verdict }) => verdict.reason)).toEqual([
      ...Array<string>(9).fill('ItemRejected'),
      'WithinLimit',
    ]);
  });

  describe('with a release', () => {
    const emptied = { wanted: [], living: keys(0, 50) };
    const eleven: Revision = { epoch: 'e1', number: 11n };

    it('lets everything of exactly that revision pass', () => {
      expect(verdicts(decide({ ...emptied, release: eleven }))).toEqual(['allowed Released']);
    });

    it('lets a doubtful answer of that revision pass, without the doubt', () => {
      const memory = { ...fresh, accepted: { revision: { epoch: 'e1', number: 12n }, digest: 'd12' } };
      const plan = decide({ ...emptied, memory, release: eleven });
      expect(verdicts(plan)).toEqual(['allowed Released']);
      expect(plan.doubt).toBeUndefined();
    });

    it.each([
      ['an earlier revision', { epoch: 'e1', number: 10n }],
      ['a later revision', { epoch: 'e1', number: 12n }],
      ['another epoch', { epoch: 'e2', number: 11n }],
    ])('does not take one for %s', (_case, release) => {
      expect(verdicts(decide({ ...emptied, release }))).toEqual(['withheld EmptiesInstallation']);
    });

    it('covers the content that was withheld, not another one sent under the same number', () => {
      const memory = { ...fresh, withheld: { revision: eleven, digest: 'first seen' } };
      expect(verdicts(decide({ ...emptied, memory, release: eleven }))).toEqual([
        'withheld EmptiesInstallation',
      ]);
      const seen = { ...emptied, memory, release: eleven, digest: 'first seen' };
      expect(verdicts(decide(seen))).toEqual(['allowed Released']);
    });

    it('does not delete what an unusable item names', () => {
      const rejected = [{ key: { kind: 'topic', id: '0' }, message: 'name: missing' }];
      expect(verdicts(decide({ wanted: [], living: keys(0, 1), rejected, release: eleven }))).toEqual([
        'withheld ItemRejected',
      ]);
    });
  });
});

describe(guardCached, () => {
  it('deletes nothing by absence, and what a user had asked for', () => {
    const snapshot = { revision, items: items(keys(2, 10)), removed: keys(0, 1) };
    const plan = guardCached(diff(snapshot.items, live(keys(0, 10))), snapshot);
    expect(plan.deletes.map(({ verdict }) => verdict.reason)).toEqual([
      'RemovalRequested',
      'ControlPlaneUnreachable',
    ]);
  });
});
