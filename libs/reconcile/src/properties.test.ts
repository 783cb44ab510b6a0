import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findWrongRemovals, identify, toName } from './testing/guard-oracle.ts';
import type { Witnessed } from './testing/guard-oracle.ts';
import { toDesired } from './testing/memory-desired.ts';
import { createRig, rigKinds } from './testing/rig.ts';
import type { Rig } from './testing/rig.ts';
import type { Desired, ResourceKey } from './types.ts';

const key = fc.record({
  kind: fc.constantFrom(...rigKinds),
  id: fc.integer({ min: 0, max: 11 }).map(String),
});
const list = fc.uniqueArray(
  fc.tuple(key, fc.constantFrom('one', 'two')).map(([each, spec]) => toDesired(each, spec)),
  { selector: (desired) => toName(desired.key), maxLength: 24 },
);

/** What can happen between two runs; a list given as a share keeps that part of the one before. */
const event = fc.oneof(
  fc.record({ type: fc.constant('list' as const), items: list, named: fc.boolean() }),
  fc.record({
    type: fc.constant('shrink' as const),
    by: fc.integer({ min: 1, max: 8 }),
    named: fc.boolean(),
  }),
  fc.record({ type: fc.constant('empty' as const) }),
  fc.record({ type: fc.constant('old' as const), back: fc.integer({ min: 1, max: 5 }) }),
  fc.record({
    type: fc.constant('restored' as const),
    items: list,
    epoch: fc.constantFrom('epoch-1', 'epoch-2'),
  }),
  fc.record({ type: fc.constant('tampered' as const), items: list }),
  fc.record({ type: fc.constant('anonymous' as const), items: list }),
  fc.record({ type: fc.constant('edit' as const), key }),
  fc.record({ type: fc.constant('lose' as const), key }),
  fc.record({ type: fc.constant('foreign' as const), key }),
  fc.record({
    type: fc.constant('fault' as const),
    at: fc.constantFrom(
      'fetch' as const,
      'observe' as const,
      'create' as const,
      'update' as const,
      'remove' as const,
    ),
    when: fc.constantFrom('before' as const, 'after' as const),
    times: fc.integer({ min: 1, max: 5 }),
  }),
  fc.record({ type: fc.constant('restart' as const) }),
  fc.record({ type: fc.constant('wait' as const), ms: fc.constantFrom(1_000, 60_000, 1_200_000, 4_000_000) }),
  fc.record({ type: fc.constant('release' as const) }),
  fc.record({ type: fc.constant('run' as const) }),
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;
const events = fc.array(event, { minLength: 5, maxLength: 40 });

/** A rig that events happen to, with a run after each, and every run witnessed. */
const topic = (id: string) => toDesired<'one' | 'two'>({ kind: 'topic', id }, 'one');
/** An answer without a revision between others that have one: it is put aside, so that what came before it still counts. */
const putAside: Event[] = [
  { type: 'list', items: [topic('0')], named: false },
  { type: 'anonymous', items: [topic('0')] },
  { type: 'restored', items: [topic('1')], epoch: 'epoch-2' },
  { type: 'restored', items: [topic('0')], epoch: 'epoch-1' },
];

function createScene() {
  let rig: Rig = createRig();
  const answers = [rig.desired.snapshot()];
  const history: Witnessed[] = [];
  let released: string | undefined;

  function publish(items: readonly Desired<string>[], named: boolean): void {
    const left = new Set(items.map((each) => toName(each.key)));
    const removed = rig.desired.snapshot().items.map((each) => each.key);
    rig.desired.set(items, named ? removed.filter((each) => !left.has(toName(each))) : []);
    answers.push(rig.desired.snapshot());
  }

  async function happen(what: Event): Promise<void> {
    const { desired, world, clock } = rig;
    const { items } = desired.snapshot();
    switch (what.type) {
      case 'list':
        publish(what.items, what.named);
        break;
      case 'shrink':
        publish(items.slice(what.by), what.named);
        break;
      case 'empty':
        publish([], false);
        break;
      case 'old':
        desired.answerWith(answers.at(-what.back) ?? desired.snapshot());
        break;
      case 'restored':
        desired.restore(what.items, what.epoch);
        answers.push(desired.snapshot());
        break;
      case 'tampered':
        desired.answerWith({ ...desired.snapshot(), digest: 'tampered', items: what.items });
        break;
      case 'anonymous':
        desired.answerWith({ items: what.items, removed: [] });
        break;
      case 'edit':
        world.edit(what.key);
        break;
      case 'lose':
        world.lose(what.key);
        break;
      case 'foreign':
        world.plantForeign(what.key, 'not ours');
        break;
      case 'fault':
        (what.at === 'fetch' ? desired : world).faults.inject({
          ...what,
          error: new Error(`${what.at} fails`),
        });
        break;
      case 'restart':
        rig = rig.restart();
        break;
      case 'wait':
        await clock.advance(what.ms);
        break;
      case 'release': {
        const held = rig.reconciler.lastReport()?.held;
        rig.release.release(held?.revision);
        const answer = history.at(-1)?.answer;
        released = held && answer && identify(answer);
        break;
      }
      case 'run':
        break;
    }
  }

  async function runOnce(): Promise<void> {
    const { world, desired, clock, reconciler } = rig;
    const [owned, writes, answer] = [world.ownedKeys(), world.writes().length, desired.snapshot()];
    const report = await reconciler.runOnce();
    history.push({
      time: clock.monotonic(),
      ...(report.controlPlane.reachable && { answer }),
      owned,
      removed: world
        .writes()
        .slice(writes)
        .filter(({ operation }) => operation === 'remove')
        .map((write) => toName(write.key)),
      ...(released !== undefined && { released }),
      compared: report.outcome !== 'failed',
    });
    expect(report.outcome === 'failed' ? world.writes().length - writes : 0).toBe(0);
  }

  return { rig: () => rig, happen, runOnce, history };
}

describe('any sequence of lists, faults, edits and restarts', () => {
  it('removes nothing that the guard should withhold', async () => {
    await fc.assert(
      fc.asyncProperty(events, async (script) => {
        const scene = createScene();
        for (const what of script) {
          await scene.happen(what);
          await scene.runOnce();
          expect(findWrongRemovals(scene.history)).toEqual([]);
        }
      }),
      { numRuns: 300, examples: [[putAside]] },
    );
  });

  it('ends, once the faults are over and a list is released, in exactly that list, and then rests', async () => {
    await fc.assert(
      fc.asyncProperty(events, list, async (script, final) => {
        const scene = createScene();
        for (const what of script) {
          await scene.happen(what);
          await scene.runOnce();
        }
        const { world, desired, stores, release, reconciler, clock } = scene.rig();
        world.faults.clear();
        desired.faults.clear();
        desired.set(final);
        release.release(desired.snapshot().revision);
        await clock.advance(15 * 60_000);
        await reconciler.runOnce();
        // An answer of a new epoch that deletes nothing is accepted by the first run; a hold ends with the second.
        await reconciler.runOnce();

        const foreign = new Set(
          world
            .objects()
            .filter(({ owned }) => !owned)
            .map((object) => toName(object.key)),
        );
        const ours = world
          .objects()
          .flatMap((object) => (object.owned ? [[toName(object.key), object.live]] : []));
        const wanted = final.filter((each) => !foreign.has(toName(each.key)));
        expect(Object.fromEntries(ours)).toMatchObject(
          Object.fromEntries(wanted.map((each) => [toName(each.key), { spec: each.spec, edited: false }])),
        );
        expect(ours).toHaveLength(wanted.length);

        const [writes, stored] = [world.writes().length, stores.writes()];
        for (const again of [reconciler, scene.rig().restart().reconciler]) {
          expect(['Converged', 'ForeignObjects']).toContain((await again.runOnce()).reason);
        }
        expect([world.writes().length, stores.writes()]).toEqual([writes, stored]);
        expect(world.crowding().sameKeyTwice).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});

describe('removal of everything', () => {
  it('happens by the names that a user gave, whatever was there', async () => {
    await fc.assert(
      fc.asyncProperty(list, async (items) => {
        const { desired, world, reconciler } = createRig();
        desired.set(items);
        await reconciler.runOnce();
        const removed: ResourceKey[] = items.map((each) => each.key);
        desired.set([], removed);
        await reconciler.runOnce();
        expect(world.objects()).toEqual([]);
      }),
    );
  });

  it('never happens by an empty list, for however many polls', async () => {
    await fc.assert(
      fc.asyncProperty(list, fc.boolean(), async (items, foreign) => {
        const { desired, world, reconciler, clock } = createRig({ foreign });
        desired.set(items);
        await reconciler.runOnce();
        desired.set([]);
        for (let poll = 0; poll < 10; poll++) {
          await reconciler.runOnce();
          await clock.advance(1_800_000);
        }
        expect(world.objects()).toHaveLength(items.length);
      }),
    );
  });
});
