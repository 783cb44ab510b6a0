import { describe, expect, it } from '@jest/globals';
import { diff } from './diff.ts';
import { guard } from './guard.ts';
import { noteAnswer, remember, toKeptSnapshot } from './guard-memory.ts';
import { toKeySet } from './key-map.ts';
import type { GuardMemory } from './guard-memory.ts';
import type { Desired, DesiredSnapshot, ResourceKey } from './types.ts';

function keys(from: number, to: number): ResourceKey[] {
  return Array.from({ length: to - from }, (_, index) => ({ kind: 'topic', id: String(from + index) }));
}

function items(list: readonly ResourceKey[], hash = 'h'): Desired<string>[] {
  return list.map((key) => ({ key, spec: hash, hash }));
}

function answer(number: number, list: readonly ResourceKey[], epoch = 'e1'): DesiredSnapshot<string> {
  return {
    revision: { epoch, number: BigInt(number) },
    digest: `${number} ${list.length}`,
    items: items(list),
    removed: [],
  };
}

const fresh: GuardMemory = { recentDeletions: [] };

/** What is remembered after the answer met these resources, and what became of the deletions. */
function meet(memory: GuardMemory, snapshot: DesiredSnapshot<string>, living: readonly ResourceKey[]) {
  const live = living.map((key) => ({ key, live: '', owned: true, appliedHash: 'h' }));
  const noted = noteAnswer(memory, snapshot);
  const plan = guard(diff(snapshot.items, live), snapshot, noted);
  return {
    memory: remember(noted, snapshot, plan),
    plan,
    reasons: [...new Set(plan.deletes.map(({ verdict }) => verdict.reason))],
  };
}

describe(noteAnswer, () => {
  const foreign = (list: readonly ResourceKey[]): DesiredSnapshot<string> => ({
    items: items(list),
    removed: [],
  });

  it('counts equal answers without a revision in a row, whatever their order', () => {
    let memory = noteAnswer(fresh, foreign(keys(0, 3)));
    memory = noteAnswer(memory, foreign(keys(0, 3).reverse()));
    expect(memory.repeated?.times).toBe(2);
    memory = noteAnswer(memory, foreign(keys(0, 2)));
    expect(memory.repeated?.times).toBe(1);
  });

  it('stays the same once the row is long enough, so that nothing is written for it', () => {
    let memory = fresh;
    for (let times = 0; times < 3; times++) memory = noteAnswer(memory, foreign([]));
    expect(noteAnswer(memory, foreign([]))).toEqual(memory);
  });

  it('starts anew after an answer with a revision', () => {
    const memory = noteAnswer(noteAnswer(fresh, foreign([])), answer(1, []));
    expect(memory.repeated).toBeUndefined();
  });
});

describe(remember, () => {
  it('accepts an answer that was followed in full', () => {
    const { memory } = meet(fresh, answer(5, keys(1, 10)), keys(0, 10));
    expect(memory.accepted).toEqual({ revision: { epoch: 'e1', number: 5n }, digest: '5 9' });
  });

  it('does not accept an answer of which something was withheld, and remembers it as withheld', () => {
    const before = meet(fresh, answer(5, keys(0, 10)), keys(0, 10)).memory;
    const { memory } = meet(before, answer(6, []), keys(0, 10));
    expect(memory.accepted).toEqual(before.accepted);
    expect(memory.withheld?.revision.number).toBe(6n);
  });

  it('keeps the first content of a withheld revision', () => {
    const first = meet(fresh, answer(6, []), keys(0, 10)).memory;
    const { memory } = meet(first, answer(6, keys(0, 1)), keys(0, 10));
    expect(memory.withheld?.digest).toBe('6 0');
  });

  it('never lowers the accepted number by itself, so that a stale replica opens nothing', () => {
    const { memory } = meet(fresh, answer(10, keys(0, 10)), keys(0, 10));
    const stale = meet(memory, answer(8, keys(0, 10)), keys(0, 10));
    expect(stale.memory.accepted).toEqual(memory.accepted);
    expect(meet(stale.memory, answer(9, keys(1, 10)), keys(0, 10)).reasons).toEqual(['OlderRevision']);
  });

  it('accepts a new epoch once it asks for no deletion, and not before', () => {
    const { memory } = meet(fresh, answer(10, keys(0, 10)), keys(0, 10));
    const partial = meet(memory, answer(3, keys(1, 10), 'e2'), keys(0, 10));
    expect(partial.memory.accepted?.revision.epoch).toBe('e1');
    const full = meet(partial.memory, answer(4, keys(0, 10), 'e2'), keys(0, 10));
    expect(full.memory.accepted?.revision.epoch).toBe('e2');
    expect(meet(full.memory, answer(5, keys(1, 10), 'e2'), keys(0, 10)).reasons).toEqual(['WithinLimit']);
  });

  it('holds on while creations of the same answer make the installation larger', () => {
    const poisoned = answer(2, [...keys(5, 20), ...keys(100, 180)]);
    const first = meet(fresh, poisoned, keys(0, 20));
    expect(first.reasons).toEqual(['TooManyDeletions']);
    const second = meet(first.memory, poisoned, [...keys(0, 20), ...keys(100, 180)]);
    expect(second.reasons).toEqual(['TooManyDeletions']);
  });

  it('holds on to the last resources although others have been created since', () => {
    const replaced = answer(2, keys(100, 102));
    const first = meet(fresh, replaced, keys(0, 3));
    const second = meet(first.memory, replaced, [...keys(0, 3), ...keys(100, 102)]);
    expect(second.reasons).toEqual(['EmptiesInstallation']);
  });

  it('ends a hold with an answer that stays within the limit', () => {
    const held = meet(fresh, answer(2, keys(10, 20)), keys(0, 20)).memory;
    const mended = meet(held, answer(3, keys(1, 20)), keys(0, 20));
    expect(mended.reasons).toEqual(['WithinLimit']);
    expect(mended.memory.hold).toBeUndefined();
  });

  it('does not end a hold with a doubtful answer', () => {
    const trusted = meet(fresh, answer(2, keys(0, 20)), keys(0, 20)).memory;
    const held = meet(trusted, answer(3, keys(10, 20)), keys(0, 20)).memory;
    expect(held.hold).toEqual({ resources: 20 });
    expect(meet(held, answer(1, keys(0, 20)), keys(0, 20)).memory.hold).toEqual({ resources: 20 });
  });
});

describe(toKeptSnapshot, () => {
  const none = toKeySet([]);
  const previous: DesiredSnapshot<string> = { ...answer(10, keys(0, 10)), removed: keys(50, 51) };
  const trusting = meet(fresh, previous, keys(0, 10)).memory;

  it('is the answer itself where nothing was withheld', () => {
    const next = answer(11, keys(1, 10));
    const { plan, memory } = meet(trusting, next, keys(0, 10));
    expect(toKeptSnapshot(next, previous, plan, memory, none)).toEqual(next);
  });

  it('merges what was withheld back in, under the revision that was accepted last', () => {
    const poisoned: DesiredSnapshot<string> = {
      ...answer(11, []),
      items: items(keys(9, 11), 'newer'),
      removed: keys(60, 61),
    };
    const { plan, memory } = meet(trusting, poisoned, keys(0, 10));
    const kept = toKeptSnapshot(poisoned, previous, plan, memory, none);
    expect(kept.items.map(({ key, hash }) => `${key.id} ${hash}`)).toEqual([
      '9 newer',
      '10 newer',
      ...keys(0, 9).map(({ id }) => `${id} h`),
    ]);
    expect(kept.revision).toEqual(previous.revision);
    expect(kept.removed).toEqual(keys(60, 61));
  });

  it('keeps the previous item where its update is withheld', () => {
    const poisoned = { ...answer(11, []), items: items(keys(8, 10), 'newer') };
    const { plan, memory } = meet(trusting, poisoned, keys(0, 10));
    const kept = toKeptSnapshot(poisoned, previous, plan, memory, toKeySet(keys(9, 10)));
    expect(kept.items.map(({ key, hash }) => `${key.id} ${hash}`).toSorted()).toEqual([
      ...keys(0, 8).map(({ id }) => `${id} h`),
      '8 newer',
      '9 h',
    ]);
  });

  it('keeps the removals of the last answer that was not doubtful', () => {
    const restored = { ...answer(3, keys(0, 10), 'e2'), removed: keys(0, 1) };
    const { plan, memory } = meet(trusting, restored, keys(0, 11));
    expect(toKeptSnapshot(restored, previous, plan, memory, none).removed).toEqual(previous.removed);
  });

  it('keeps the previous item where the new one cannot be used', () => {
    const key = { kind: 'topic', id: '0' };
    const next = { ...answer(11, keys(1, 10)), rejected: [{ key, message: 'name: missing' }] };
    const { plan, memory } = meet(trusting, next, keys(0, 10));
    expect(toKeptSnapshot(next, previous, plan, memory, none).items).toHaveLength(10);
  });
});
