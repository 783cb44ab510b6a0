import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  afterClaim,
  afterFailedClaim,
  afterRead,
  beforeClaim,
  electionTimes,
  isHeld,
  nextStep,
} from './election.ts';
import type { ElectionState, LeaseRecord } from './election.ts';

const times = electionTimes;
const start: ElectionState = { me: 'a' };
const record = (change: Partial<LeaseRecord> = {}): LeaseRecord => ({
  holder: 'b',
  durationMs: times.leaseMs,
  transitions: 3,
  version: '1',
  ...change,
});

describe(nextStep, () => {
  it('reads before anything else', () => {
    expect(nextStep(start, 0, times)).toEqual({ do: 'read' });
  });

  it('makes the lease where there is none', () => {
    expect(nextStep(afterRead(start, undefined, 0), 0, times)).toEqual({
      do: 'claim',
      over: undefined,
      transitions: 0,
    });
  });

  it('takes one that was given back at once', () => {
    const state = afterRead(start, record({ holder: '' }), 0);
    expect(nextStep(state, 0, times)).toEqual({ do: 'claim', over: '1', transitions: 4 });
  });

  it("waits for another's until it has not moved for its duration, by our own clock", () => {
    const state = afterRead(start, record(), 100);
    expect(nextStep(state, 100 + times.leaseMs - 1, times)).toEqual({ do: 'wait', ms: 1 });
    expect(nextStep(state, 100 + times.leaseMs, times)).toEqual({ do: 'claim', over: '1', transitions: 4 });
  });

  it('waits anew when it moved', () => {
    const state = afterRead(afterRead(start, record(), 0), record({ version: '2' }), times.leaseMs);
    expect(nextStep(state, times.leaseMs, times)).toMatchObject({ do: 'wait' });
  });

  it('does not wait anew when it was read again and stands still', () => {
    const state = afterRead(afterRead(start, record(), 0), record(), times.leaseMs);
    expect(nextStep(state, times.leaseMs, times)).toMatchObject({ do: 'claim' });
  });

  it('mourns a lease that somebody deleted while another held it', () => {
    const state = afterRead(afterRead(start, record(), 0), undefined, 1_000);
    expect(nextStep(state, 1_000, times)).toMatchObject({ do: 'wait' });
    expect(nextStep(state, 1_000 + times.leaseMs, times)).toMatchObject({ do: 'claim', over: undefined });
    const sentAt = 1_000 + times.leaseMs;
    const claimed = afterClaim(beforeClaim(state, sentAt, times), record({ holder: 'a' }), sentAt, times);
    expect(isHeld(claimed, sentAt)).toBe(false);
  });

  it('leaves one that is not there to its holder for two renewals, where somebody has led before', () => {
    const state = afterRead(start, undefined, 1_000, true);
    const end = 1_000 + 2 * times.renewEveryMs;
    expect(nextStep(state, end - 1, times)).toEqual({ do: 'wait', ms: 1 });
    expect(nextStep(afterRead(state, undefined, end, true), end, times)).toMatchObject({
      do: 'claim',
      over: undefined,
    });
  });

  it('makes its own again at once when somebody has deleted it: while its term runs nobody else begins', () => {
    const state = afterFailedClaim(afterClaim(start, record({ holder: 'a' }), 0, times));
    const read = afterRead(state, undefined, 4_000, true);
    expect(nextStep(read, 4_000, times)).toMatchObject({ do: 'claim', over: undefined });
    expect(isHeld(afterClaim(beforeClaim(read, 4_000, times), record(), 4_000, times), 15_999)).toBe(true);
    const late = afterRead(state, undefined, times.termMs, true);
    expect(nextStep(late, times.termMs, times)).toMatchObject({ do: 'wait' });
  });

  it('renews in good time', () => {
    const state = afterClaim(start, record({ holder: 'a' }), 1_000, times);
    expect(nextStep(state, 1_000, times)).toEqual({ do: 'wait', ms: times.renewEveryMs });
    expect(nextStep(state, 1_000 + times.renewEveryMs, times)).toMatchObject({
      do: 'claim',
      over: '1',
      transitions: 3,
    });
  });

  it('takes up a claim of ours whose answer was lost', () => {
    const state = afterRead(afterFailedClaim(start), record({ holder: 'a' }), 50);
    expect(isHeld(state, 50)).toBe(false);
    expect(nextStep(state, 50, times)).toMatchObject({ do: 'claim', over: '1' });
  });
});

describe(isHeld, () => {
  it('counts from before the request was sent, and ends before others may take it', () => {
    const state = afterClaim(start, record({ holder: 'a' }), 1_000, times);
    expect(isHeld(state, 1_000 + times.termMs - 1)).toBe(true);
    expect(isHeld(state, 1_000 + times.termMs)).toBe(false);
    expect(times.termMs).toBeLessThan(times.leaseMs);
  });

  it('begins with the first renewal after the terms of others, where the lease was made in place of one that is gone', () => {
    const orphaned = afterRead(start, undefined, 0, true);
    const renew = (state: ElectionState, at: number): ElectionState =>
      afterClaim(state, record({ holder: 'a' }), at, times);
    const made = afterFailedClaim(beforeClaim(orphaned, 10_000, times));
    // Its answer was lost, and it finds itself in it.
    const found = afterRead(made, record({ holder: 'a' }), 11_000);
    const early = renew(found, 10_000 + times.leaseMs - 1);
    expect(isHeld(early, 10_000 + times.leaseMs)).toBe(false);
    expect(nextStep(early, 10_000 + times.leaseMs, times)).toMatchObject({ do: 'wait' });
    const late = renew(early, 10_000 + times.leaseMs);
    expect(isHeld(late, 10_000 + times.leaseMs)).toBe(true);
    expect(isHeld(renew(late, 40_000), 40_000)).toBe(true);
  });

  it('goes on to its end when a renewal fails', () => {
    const state = afterFailedClaim(afterClaim(start, record({ holder: 'a' }), 0, times));
    expect(isHeld(state, times.termMs - 1)).toBe(true);
    expect(isHeld(state, times.termMs)).toBe(false);
  });
});

describe('isHeld, once another is in the lease', () => {
  it('ends, whatever is left of the term', () => {
    const state = afterFailedClaim(afterClaim(start, record({ holder: 'a' }), 0, times));
    expect(isHeld(afterRead(state, record({ holder: 'a' }), 1_000), 1_000)).toBe(true);
    expect(isHeld(afterRead(state, undefined, 1_000), 1_000)).toBe(true);
    expect(isHeld(afterRead(state, record({ holder: 'b' }), 1_000), 1_000)).toBe(false);
    expect(isHeld(afterRead(state, record({ holder: '' }), 1_000), 1_000)).toBe(false);
  });
});

/**
 * Three candidates at one Lease; requests take their time, get lost before or after they count, processes stand still, and
 * people delete the Lease of an agent that has made something.
 */
describe('several candidates', () => {
  const move = fc.record({
    who: fc.nat(2),
    wait: fc.nat(6_000),
    fate: fc.constantFrom('answered', 'refused', 'lost before', 'lost after'),
    latency: fc.nat(4_000),
    deletes: fc.nat(9).map((dice) => dice === 0),
  });

  it('are never two at once, whatever happens to their requests', () => {
    fc.assert(
      fc.property(
        fc.array(move, { maxLength: 200 }),
        fc.array(fc.nat(1_000_000), { minLength: 3, maxLength: 3 }),
        fc.boolean(),
        (moves, offsets, hasBeenLed) => {
          let now = 0;
          let version = 0;
          let lease: LeaseRecord | undefined;
          const states = ['a', 'b', 'c'].map((me): ElectionState => ({ me }));
          for (const { who, wait, fate, latency, deletes } of moves) {
            now += wait;
            if (hasBeenLed && deletes) lease = undefined;
            const before = states[who];
            const offset = offsets[who] ?? 0;
            if (before === undefined) continue;
            const step = nextStep(before, now + offset, times);
            const sentAt = now + offset;
            if (step.do === 'wait') continue;
            const state = step.do === 'claim' ? beforeClaim(before, sentAt, times) : before;
            // Everybody else stands still while the request is under way: the worst that can happen to them.
            now += latency;
            if (step.do === 'read') {
              if (fate === 'answered') states[who] = afterRead(state, lease, now + offset, hasBeenLed);
              continue;
            }
            if (fate === 'refused' || fate === 'lost before' || lease?.version !== step.over) {
              states[who] = afterFailedClaim(state);
              continue;
            }
            lease = {
              holder: state.me,
              durationMs: times.leaseMs,
              transitions: step.transitions,
              version: String((version += 1)),
            };
            states[who] =
              fate === 'answered' ? afterClaim(state, lease, sentAt, times) : afterFailedClaim(state);
            const holders = states.filter((each, at) => isHeld(each, now + (offsets[at] ?? 0)));
            if (holders.length > 1) return false;
          }
          return true;
        },
      ),
      { numRuns: 4_000 },
    );
  });
});
