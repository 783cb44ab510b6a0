import { afterEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '@ccd/reconcile/testing';
import type { Leadership } from '../../port.ts';
import { ApiError } from '../client/api-error.ts';
import type { Manifest } from '../template/manifest.ts';
import { electionTimes } from './election.ts';
import { createLeadership } from './leadership.ts';
import { parseLease } from './lease-object.ts';

const open: Leadership[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((leadership) => leadership.stop()));
});

const forbidden = () =>
  new ApiError(
    403,
    JSON.stringify({
      kind: 'Status',
      reason: 'Forbidden',
      message: 'leases is forbidden: one cannot create',
    }),
  );
const conflict = () => new ApiError(409, JSON.stringify({ kind: 'Status', reason: 'Conflict' }));

function theLease() {
  const clock = createFakeClock();
  let stored: Manifest | undefined;
  let version = 0;
  let writes = 0;
  let claims = 0;
  let refuses = false;
  let led = false;
  const unreachable = new Set<string>();
  const forbiddenTo = new Set<string>();
  const put = (lease: Manifest): unknown => {
    writes += 1;
    stored = { ...lease, metadata: { ...lease.metadata, resourceVersion: String((version += 1)) } };
    return stored;
  };
  const check = (identity: string): void => {
    if (unreachable.has(identity)) throw new Error('out of reach');
  };
  return {
    clock,
    unreachable,
    forbid: (identity: string) => forbiddenTo.add(identity),
    allow: (identity: string) => forbiddenTo.delete(identity),
    writes: () => writes,
    claims: () => claims,
    /** Every claim is a conflict from now on, whatever it holds on to. */
    refuse: (on: boolean): void => {
      refuses = on;
    },
    stored: () => stored && parseLease(stored),
    remove: (): void => {
      stored = undefined;
    },
    /** Somebody has written an inventory. */
    work: (): void => {
      led = true;
    },
    annotate: (annotations: Record<string, string>): void => {
      if (stored) put({ ...stored, metadata: { ...stored.metadata, annotations } });
    },
    candidate: (identity: string): Leadership => {
      const leadership = createLeadership({
        name: 'agent',
        identity,
        clock,
        random: () => 0.5,
        port: {
          async read() {
            check(identity);
            return stored;
          },
          async hasBeenLed() {
            check(identity);
            return led;
          },
          async create(lease) {
            check(identity);
            if (forbiddenTo.has(identity)) throw forbidden();
            claims += 1;
            if (stored || refuses) throw conflict();
            return put(lease);
          },
          async replace(lease) {
            check(identity);
            if (forbiddenTo.has(identity)) throw forbidden();
            claims += 1;
            if (refuses || stored?.metadata.resourceVersion !== lease.metadata.resourceVersion)
              throw conflict();
            return put(lease);
          },
        },
      });
      open.push(leadership);
      return leadership;
    },
  };
}

describe(createLeadership, () => {
  it('leads where nobody does, and keeps the lease', async () => {
    const { clock, candidate, stored } = theLease();
    const one = candidate('one');
    let told = 0;
    one.onChange(() => (told += 1));
    await clock.advance(0);
    expect([one.isHeld(), told]).toEqual([true, 1]);
    await clock.advance(10 * electionTimes.leaseMs);
    expect(one.isHeld()).toBe(true);
    expect(stored()?.spec).toMatchObject({ holderIdentity: 'one', leaseTransitions: 0 });
  });

  const lacksRight =
    'lease agent is not allowed: the service account of the agent lacks a permission: compare its Role with the chart';
  /** What it says over a while, one after the other, without what repeats. */
  async function saidBy(one: Leadership, { clock }: Pick<ReturnType<typeof theLease>, 'clock'>) {
    const said: (string | undefined)[] = [];
    for (let looks = 0; looks < 240; looks += 1) {
      await clock.advance(500);
      if (looks === 0 || said.at(-1) !== one.problem()) said.push(one.problem());
    }
    return said;
  }

  it('says why it cannot be asked for, and nothing while it is held or another holds it', async () => {
    const world = theLease();
    world.forbid('one');
    const one = world.candidate('one');
    expect(await saidBy(one, world)).toEqual([lacksRight]);
    world.allow('one');
    await world.clock.advance(electionTimes.retryEveryMs);
    const other = world.candidate('other');
    world.forbid('other');
    expect(await saidBy(other, world)).toEqual([undefined]);
    expect([one.isHeld(), one.problem()]).toEqual([true, undefined]);
  });

  it('goes on to say so where somebody has held it who is gone, and where it is gone itself', async () => {
    const world = theLease();
    const gone = world.candidate('gone');
    await world.clock.advance(0);
    world.unreachable.add('gone');
    world.forbid('one');
    const one = world.candidate('one');
    expect(await saidBy(one, world)).toEqual([undefined, lacksRight]);
    expect([gone.isHeld(), one.isHeld()]).toEqual([false, false]);
    world.work();
    world.remove();
    expect(await saidBy(one, world)).toEqual([lacksRight]);
    world.allow('one');
    await world.clock.advance(3 * electionTimes.leaseMs);
    expect([one.isHeld(), one.problem()]).toEqual([true, undefined]);
  });

  it('has no problem any more once it sees that another keeps it', async () => {
    const world = theLease();
    const one = world.candidate('one');
    await world.clock.advance(0);
    const other = world.candidate('other');
    world.unreachable.add('other');
    await world.clock.advance(electionTimes.leaseMs);
    expect(other.problem()).toBe('out of reach');
    world.unreachable.clear();
    await world.clock.advance(2 * electionTimes.renewEveryMs);
    expect([one.isHeld(), other.isHeld(), other.problem()]).toEqual([true, false, undefined]);
  });

  it('lets one of two lead, and the other as soon as that one stops', async () => {
    const { clock, candidate } = theLease();
    const one = candidate('one');
    await clock.advance(0);
    const other = candidate('other');
    await clock.advance(5 * electionTimes.leaseMs);
    expect([one.isHeld(), other.isHeld()]).toEqual([true, false]);
    await one.stop();
    expect(one.isHeld()).toBe(false);
    await clock.advance(electionTimes.retryEveryMs * 2);
    expect(other.isHeld()).toBe(true);
  });

  it('leads no longer at the end of its term when it is cut off, before another begins', async () => {
    const { clock, candidate, unreachable } = theLease();
    const one = candidate('one');
    await clock.advance(0);
    const other = candidate('other');
    await clock.advance(electionTimes.renewEveryMs);
    unreachable.add('one');
    let both = false;
    for (let passed = 0; passed < 2 * electionTimes.leaseMs; passed += 500) {
      await clock.advance(500);
      both ||= one.isHeld() && other.isHeld();
    }
    expect([both, one.isHeld(), other.isHeld()]).toEqual([false, false, true]);
    unreachable.clear();
    await clock.advance(electionTimes.leaseMs);
    expect([one.isHeld(), other.isHeld()]).toEqual([false, true]);
  });

  it('gives back what is in its name after its term too, and nothing that another has taken since', async () => {
    const { clock, candidate, unreachable, stored } = theLease();
    const one = candidate('one');
    await clock.advance(0);
    unreachable.add('one');
    await clock.advance(electionTimes.termMs);
    expect(one.isHeld()).toBe(false);
    unreachable.clear();
    await one.stop();
    expect(stored()?.spec.holderIdentity).toBe('');
    const two = candidate('two');
    await clock.advance(0);
    unreachable.add('two');
    const three = candidate('three');
    await clock.advance(2 * electionTimes.leaseMs);
    unreachable.clear();
    await two.stop();
    expect([three.isHeld(), stored()?.spec.holderIdentity]).toEqual([true, 'three']);
  });

  it('writes nothing while it waits', async () => {
    const { clock, candidate, writes } = theLease();
    const one = candidate('one');
    await clock.advance(0);
    await one.stop();
    const before = writes();
    candidate('two');
    await clock.advance(0);
    const taken = writes();
    candidate('three');
    await clock.advance(electionTimes.renewEveryMs - 1);
    expect([taken - before, writes() - taken]).toEqual([1, 0]);
  });

  it('asks no more often than it would for a free one where every claim is refused, and leads once it is not', async () => {
    const { clock, candidate, claims, refuse } = theLease();
    refuse(true);
    const one = candidate('one');
    await clock.advance(0);
    for (let passed = 0; passed < 10; passed += 1) await clock.advance(electionTimes.retryEveryMs);
    expect(claims()).toBeGreaterThan(5);
    expect(claims()).toBeLessThan(15);
    refuse(false);
    await clock.advance(electionTimes.retryEveryMs);
    expect(one.isHeld()).toBe(true);
  });

  it('has one of two lead where somebody deletes the lease, and another comes that never saw it', async () => {
    const { clock, candidate, remove, work } = theLease();
    const one = candidate('one');
    await clock.advance(0);
    work();
    await clock.advance(electionTimes.renewEveryMs - 1);
    remove();
    const other = candidate('other');
    let both = false;
    for (let passed = 0; passed < 2 * electionTimes.leaseMs; passed += 500) {
      await clock.advance(500);
      both ||= one.isHeld() && other.isHeld();
    }
    expect([both, one.isHeld(), other.isHeld()]).toEqual([false, true, false]);
  });

  it('is succeeded where it ends and somebody deletes its lease', async () => {
    const { clock, candidate, remove, work, unreachable } = theLease();
    candidate('one');
    await clock.advance(0);
    work();
    unreachable.add('one');
    remove();
    const other = candidate('other');
    let told = 0;
    other.onChange(() => (told += 1));
    await clock.advance(electionTimes.leaseMs);
    expect([other.isHeld(), told]).toEqual([false, 0]);
    await clock.advance(3 * electionTimes.renewEveryMs);
    expect([other.isHeld(), told]).toEqual([true, 1]);
  });

  it('gives nobody at once what was not its own yet', async () => {
    const { clock, candidate, remove, work, unreachable, stored } = theLease();
    const one = candidate('one');
    await clock.advance(0);
    work();
    unreachable.add('one');
    remove();
    const two = candidate('two');
    await clock.advance(2 * electionTimes.renewEveryMs);
    expect([one.isHeld(), stored()?.spec.holderIdentity]).toEqual([true, 'two']);
    await two.stop();
    const three = candidate('three');
    await clock.advance(electionTimes.retryEveryMs);
    expect([one.isHeld(), three.isHeld()]).toEqual([true, false]);
  });

  it('notices at its next renewal that another has the lease that was its own', async () => {
    const { clock, candidate, remove } = theLease();
    const one = candidate('one');
    await clock.advance(0);
    remove();
    // Nobody has made anything yet: it does not wait.
    const other = candidate('other');
    await clock.advance(electionTimes.renewEveryMs);
    expect([one.isHeld(), other.isHeld()]).toEqual([false, true]);
  });

  it('leaves what a person wrote on the lease', async () => {
    const { clock, candidate, annotate, stored } = theLease();
    const one = candidate('one');
    await clock.advance(0);
    annotate({ 'ccd/release': 'epoch/12' });
    await clock.advance(2 * electionTimes.renewEveryMs);
    expect(one.isHeld()).toBe(true);
    expect(stored()?.metadata['annotations']).toEqual({ 'ccd/release': 'epoch/12' });
  });
});
