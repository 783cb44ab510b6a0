import { describe, expect, it } from '@jest/globals';
import { diff } from './diff.ts';
import { DuplicateKeyError } from './errors.ts';
import type { Desired, Observed } from './types.ts';

const kinds = ['topic', 'decrypter'];

function want(kind: string, id: string, hash = 'a'): Desired<string> {
  return { key: { kind, id }, spec: `${id} as desired`, hash };
}

function have(kind: string, id: string, record: Partial<Observed<string>> = {}): Observed<string> {
  return { key: { kind, id }, live: `${id} as it is`, owned: true, appliedHash: 'a', ...record };
}

function names(items: readonly { readonly key: { readonly kind: string; readonly id: string } }[]): string[] {
  return items.map(({ key }) => `${key.kind}/${key.id}`);
}

describe(diff, () => {
  it('plans nothing for two empty lists', () => {
    expect(diff([], [])).toEqual({ creates: [], updates: [], deletes: [], unchanged: [], conflicts: [] });
  });

  it('creates what is desired and absent, deletes what is ours and not desired, leaves the rest', () => {
    const plan = diff(
      [want('topic', 'new'), want('topic', 'same')],
      [have('topic', 'same'), have('topic', 'old')],
    );
    expect(names(plan.creates)).toEqual(['topic/new']);
    expect(names(plan.deletes)).toEqual(['topic/old']);
    expect(names(plan.unchanged)).toEqual(['topic/same']);
    expect(plan.updates).toEqual([]);
  });

  it('tells one kind from another under the same id', () => {
    const plan = diff([want('topic', 'x')], [have('decrypter', 'x')]);
    expect(names(plan.creates)).toEqual(['topic/x']);
    expect(names(plan.deletes)).toEqual(['decrypter/x']);
  });

  it.each([
    ['another hash was applied', 'b', undefined, { reason: 'DesiredStateChanged' }],
    ['no record says what was applied', undefined, undefined, { reason: 'NeverRecorded' }],
    ['the live object has drifted', 'a', 'replicas', { reason: 'Drifted', detail: 'replicas' }],
  ])('updates what is ours when %s, and says so', (_case, appliedHash, detail, why) => {
    const observed: Observed<string> = {
      key: { kind: 'topic', id: 'x' },
      live: 'x as it is',
      owned: true,
      ...(appliedHash !== undefined && { appliedHash }),
    };
    const plan = diff([want('topic', 'x')], [observed], () => detail);
    expect(plan.updates.map((update) => update.why)).toEqual([why]);
    expect(plan.unchanged).toEqual([]);
  });

  it('reports a foreign object under a desired key as a conflict, and neither creates nor updates', () => {
    const plan = diff([want('topic', 'x')], [have('topic', 'x', { owned: false, appliedHash: 'b' })]);
    expect(names(plan.conflicts)).toEqual(['topic/x']);
    expect([...plan.creates, ...plan.updates, ...plan.deletes]).toEqual([]);
  });

  it('does not mention foreign objects that nobody desires', () => {
    const plan = diff([], [have('topic', 'x', { owned: false })]);
    expect(Object.values(plan).flat()).toEqual([]);
  });

  it('orders by rank of kind, then id, whatever the order of the lists; unknown kinds come last', () => {
    const items = ['zebra/1', 'decrypter/b', 'topic/b', 'decrypter/a', 'topic/a', 'aardvark/1'].map(
      (name) => {
        const [kind = '', id = ''] = name.split('/');
        return want(kind, id);
      },
    );
    const sorted = ['topic/a', 'topic/b', 'decrypter/a', 'decrypter/b', 'aardvark/1', 'zebra/1'];
    expect(names(diff(items, [], undefined, kinds).creates)).toEqual(sorted);
    expect(names(diff(items.toReversed(), [], undefined, kinds).creates)).toEqual(sorted);
    const live = items.map(({ key }) => have(key.kind, key.id));
    expect(names(diff([], live, undefined, kinds).deletes)).toEqual(sorted);
    expect(names(diff(items, live.toReversed(), undefined, kinds).unchanged)).toEqual(sorted);
  });

  it.each([
    ['absent', []],
    ['live', [have('topic', 'x')]],
    ['foreign', [have('topic', 'x', { owned: false })]],
  ])('refuses a desired list that names a key twice, where the resource is %s', (_state, live) => {
    const twice = [want('topic', 'x'), want('topic', 'x', 'b')];
    expect(() => diff(twice, live)).toThrow(new DuplicateKeyError('desired', { kind: 'topic', id: 'x' }));
  });

  it('refuses an observed list that names a key twice', () => {
    expect(() => diff([], [have('topic', 'x'), have('topic', 'x', { owned: false })])).toThrow(
      DuplicateKeyError,
    );
  });

  it('leaves its arguments as they were', () => {
    const [items, live] = [
      [want('topic', 'b'), want('topic', 'a')],
      [have('topic', 'c'), have('topic', 'a')],
    ];
    diff(Object.freeze(items), Object.freeze(live), undefined, kinds);
    expect(names(items)).toEqual(['topic/b', 'topic/a']);
  });
});
