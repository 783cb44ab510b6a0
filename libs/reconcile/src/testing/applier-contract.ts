import type * as jestGlobals from '@jest/globals';
import { diff } from '../diff.ts';
import { ForeignObjectError } from '../errors.ts';
import { createReconciler } from '../reconciler.ts';
import type { ActualSource, Applier, Desired, Drift, Observed, ResourceKey } from '../types.ts';

// The globals of jest and not its module, which cannot be loaded outside a test: benches and demos import this entry too.
declare const { afterEach, beforeEach, describe, expect, it }: typeof jestGlobals;

export interface AdapterPair<Spec, Live> {
  readonly actual: ActualSource<Live>;
  readonly applier: Applier<Spec, Live>;
}

/** An empty place where resources can live, with the adapter under test over it. */
export interface ApplierWorld<Spec, Live> extends AdapterPair<Spec, Live> {
  readonly drift?: Drift<Spec, Live>;
  /** The adapter built anew over the same place, as after a restart of its process. */
  restart(): Promise<AdapterPair<Spec, Live>>;
  /** Puts an object under the name of `desired` that somebody else made. */
  plantForeign(desired: Desired<Spec>): Promise<void>;
  /** The foreign object as its owner sees it, to be compared; undefined where it is gone. */
  readForeign(key: ResourceKey): Promise<unknown>;
  /** Changes a resource of ours behind the adapter's back, where it can see that. */
  tamper?(key: ResourceKey): Promise<void>;
  close(): Promise<void>;
}

export interface ApplierHarness<Spec, Live> {
  /** The kinds that the adapter serves, in the order of creation. */
  readonly kinds: readonly string[];
  /** A resource to wish for. Equal names give equal keys; the variants differ in spec and hash. */
  desire(kind: string, name: 'one' | 'two', variant?: 'second'): Desired<Spec>;
  /** Kinds of which a resource that was removed and created again is the same one (a topic within its grace period). */
  readonly revives?: readonly string[];
  open(): Promise<ApplierWorld<Spec, Live>>;
}

const unaborted = new AbortController().signal;

/** The contract of an adapter: what an ActualSource and its Applier owe the loop, whatever engine is behind them. */
export function describeApplierContract<Spec, Live>(name: string, harness: ApplierHarness<Spec, Live>): void {
  describe(`applier contract: ${name}`, () => {
    let world: ApplierWorld<Spec, Live>;
    const { kinds, revives = [] } = harness;

    beforeEach(async () => {
      world = await harness.open();
    });
    afterEach(() => world.close());

    async function plan(want: readonly Desired<Spec>[], { actual }: AdapterPair<Spec, Live> = world) {
      return diff(want, await actual.observe(unaborted), world.drift, kinds);
    }

    async function find({ kind, id }: ResourceKey): Promise<readonly Observed<Live>[]> {
      const all = await world.actual.observe(unaborted);
      return all.filter(({ key }) => key.kind === kind && key.id === id);
    }

    async function created(desired: Desired<Spec>): Promise<Observed<Live>> {
      await world.applier.create(desired, unaborted);
      const [observed] = await find(desired.key);
      if (observed === undefined) throw new Error(`${desired.key.kind} is not observed after its creation`);
      return observed;
    }

    async function expectAsDesired(...want: Desired<Spec>[]): Promise<void> {
      const { creates, updates, deletes, conflicts } = await plan(want);
      expect({ creates, updates, deletes, conflicts }).toEqual({
        creates: [],
        updates: [],
        deletes: [],
        conflicts: [],
      });
    }

    describe.each(kinds)('%s', (kind) => {
      const one = harness.desire(kind, 'one');
      const changed = harness.desire(kind, 'one', 'second');

      it('is not there at first', async () => {
        expect(await find(one.key)).toEqual([]);
      });

      it('is observed after its creation: ours, and with the hash that was applied', async () => {
        expect(await created(one)).toMatchObject({ key: one.key, owned: true, appliedHash: one.hash });
        await expectAsDesired(one);
      });

      it('can be created twice, one after the other or at once', async () => {
        await created(one);
        await Promise.allSettled([
          world.applier.create(one, unaborted),
          world.applier.create(one, unaborted),
        ]);
        await expectAsDesired(one);
        expect(await find(one.key)).toHaveLength(1);
      });

      it('is observed with the new hash after an update, also when that is repeated', async () => {
        const observed = await created(one);
        await world.applier.update(changed, observed, unaborted);
        await expectAsDesired(changed);
        await Promise.allSettled([world.applier.update(changed, observed, unaborted)]);
        await expectAsDesired(changed);
      });

      it('is gone after its removal, which can be repeated', async () => {
        const observed = await created(one);
        await world.applier.remove(observed, unaborted);
        expect(await find(one.key)).toEqual([]);
        await world.applier.remove(observed, unaborted);
        expect(await find(one.key)).toEqual([]);
      });

      it('can be created again after its removal', async () => {
        await world.applier.remove(await created(one), unaborted);
        await created(one);
        await expectAsDesired(one);
      });

      if (!revives.includes(kind)) {
        it('outlives the removal of an earlier one of its name', async () => {
          const earlier = await created(one);
          await world.applier.remove(earlier, unaborted);
          await created(one);
          await Promise.allSettled([world.applier.remove(earlier, unaborted)]);
          await expectAsDesired(one);
        });
      }

      it('is left alone by whatever happens to another', async () => {
        const two = harness.desire(kind, 'two');
        const observed = await created(one);
        await created(two);
        await world.applier.update(changed, observed, unaborted);
        await expectAsDesired(changed, two);
        await world.applier.remove(observed, unaborted);
        await expectAsDesired(two);
      });

      it('is still ours, with its hash, after a restart', async () => {
        await created(one);
        const again = await world.restart();
        const { unchanged, updates } = await plan([one], again);
        expect([unchanged.length, updates]).toEqual([1, []]);
        const [observed] = unchanged;
        if (observed) await again.applier.remove(observed, unaborted);
        expect((await plan([], again)).deletes).toEqual([]);
      });

      it('is never taken over from somebody else', async () => {
        await world.plantForeign(one);
        const before = await world.readForeign(one.key);
        const { creates, conflicts, updates, deletes } = await plan([one]);
        expect([creates.length + conflicts.length, updates, deletes]).toEqual([1, [], []]);
        await expect(world.applier.create(one, unaborted)).rejects.toBeInstanceOf(ForeignObjectError);
        for (const { observed } of conflicts) {
          await Promise.allSettled([
            world.applier.update(changed, observed, unaborted),
            world.applier.remove(observed, unaborted),
          ]);
        }
        expect(before).toBeDefined();
        expect(await world.readForeign(one.key)).toEqual(before);
      });

      it('is not begun under a signal that has aborted', async () => {
        const aborted = AbortSignal.abort(new Error('stopped'));
        await expect(world.applier.create(one, aborted)).rejects.toThrow('stopped');
        expect(await find(one.key)).toEqual([]);
      });

      it('is repaired after somebody changed it, where the adapter can see that', async () => {
        const observed = await created(one);
        await world.tamper?.(observed.key);
        const { updates } = await plan([one]);
        expect(updates).toHaveLength(world.tamper === undefined ? 0 : 1);
        for (const update of updates) {
          await world.applier.update(update.desired, update.observed, unaborted);
        }
        await expectAsDesired(one);
      });
    });

    it('brings the loop to rest: a second run writes nothing, and removals leave nothing', async () => {
      const want = kinds.flatMap((kind) => [harness.desire(kind, 'one'), harness.desire(kind, 'two')]);
      let snapshot: { items: readonly Desired<Spec>[]; removed: readonly ResourceKey[] } = {
        items: want,
        removed: [],
      };
      const { drift } = world;
      const reconciler = createReconciler({
        kinds,
        actual: world.actual,
        applier: world.applier,
        desired: { fetch: async () => snapshot },
        ...(drift && { drift }),
      });
      expect(await reconciler.runOnce()).toMatchObject({ outcome: 'succeeded', reason: 'Changed' });
      expect(await reconciler.runOnce()).toMatchObject({ outcome: 'succeeded', reason: 'Converged' });
      snapshot = { items: [], removed: want.map(({ key }) => key) };
      expect(await reconciler.runOnce()).toMatchObject({ outcome: 'succeeded', reason: 'Changed' });
      await expectAsDesired();
    });
  });
}
