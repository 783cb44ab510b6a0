import { describe, expect, it } from '@jest/globals';
import { diff } from './diff.ts';
import { guard } from './guard.ts';
import type { DesiredSnapshot, Observed } from './types.ts';

const [kept, gone] = ['kept', 'gone'].map((id) => ({ kind: 'topic', id }));

function decide(change: Partial<DesiredSnapshot<string>>) {
  const living: Observed<string>[] = [kept, gone].flatMap((key) =>
    key === undefined ? [] : [{ key, live: '', owned: true, appliedHash: 'h' }],
  );
  const snapshot: DesiredSnapshot<string> = {
    revision: { epoch: 'e1', number: 1n },
    items: [{ key: { kind: 'topic', id: 'kept' }, spec: '', hash: 'h' }],
    removed: [],
    rejected: [{ key: { kind: 'topic', id: '' }, message: 'uuid is not a UUID' }],
    ...change,
  };
  const { deletes } = guard(diff(snapshot.items, living), snapshot, { recentDeletions: [] });
  return deletes.map(({ verdict }) => verdict);
}

describe('an item that names no resource', () => {
  it('withholds every deletion by absence, since it may stand for any of them', () => {
    expect(decide({})).toEqual([{ allowed: false, reason: 'ItemRejected' }]);
    expect(decide({ rejected: [] })).toEqual([{ allowed: true, reason: 'WithinLimit' }]);
  });

  it('does not hold up a removal that a user asked for by name', () => {
    expect(decide({ removed: [{ kind: 'topic', id: 'gone' }] })).toEqual([
      { allowed: true, reason: 'RemovalRequested' },
    ]);
  });
});
