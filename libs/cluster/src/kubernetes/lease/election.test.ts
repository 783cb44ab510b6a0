import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { afterClaim, afterFailedClaim, afterRead, electionTimes, isHeld, nextStep } from './election.ts';
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

  it('goes on to its end when a renewal fails', () => {
    const state = afterFailedClaim(afterClaim(start, record({ holder: 'a' }), 0, times));
    expect(isHeld(state, times.termMs - 1)).toBe(true);
    expect(isHeld(state, times.termMs)).toBe(false);
  });
});

/** Three candidates at one Lease; requests take their time, get lost before or after they count, and processes stand still. */
describe('several candidates', () => {
  const move = fc.record({
    who: fc.nat(2),
    wait: fc.nat(6_000),
    fate: fc.constantFrom('answered', 'refused', 'lost before', 'lost after'),
    latency: fc.nat(4_000),
  });

  it('are never two at once, whatever happens to their requests', () => {
    fc.assert(
      fc.property(
        fc.array(move, { maxLength: 200 }),
        fc.array(fc.nat(1_000_000), { minLength: 3, maxLength: 3 }),
        (moves, offsets) => {
          let now = 0;
          let version = 0;
          let lease: LeaseRecord | undefined;
          const states = ['a', 'b', 'c'].map((me): ElectionState => ({ me }));
          for (const { who, wait, fate, latency } of moves) {
            now += wait;
            const state = states[who];
            const offset = offsets[who] ?? 0;
            if (state === undefined) continue;
            const step = nextStep(state, now + offset, times);
            const sentAt = now + offset;
            if (step.do === 'wait') continue;
            // Everybody else stands still while the request is under way: the worst that can happen to them.
            now += latency;
            if (step.do === 'read') {
              if (fate === 'answered') states[who] = afterRead(state, lease, now + offset);
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
      { numRuns: 2_000 },
    );
  });
});
