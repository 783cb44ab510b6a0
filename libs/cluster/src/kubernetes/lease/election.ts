/** What a Lease says, as far as an election needs it. */
export interface LeaseRecord {
  /** '' where nobody holds it. */
  readonly holder: string;
  readonly durationMs: number;
  readonly transitions: number;
  /** Changes with every write. */
  readonly version: string;
}

export interface ElectionTimes {
  /** How long others leave a lease alone that doesn't move: longer than a term by what a late write may take. */
  readonly leaseMs: number;
  /** How long the holder writes after it sent a renewal. */
  readonly termMs: number;
  readonly renewEveryMs: number;
  readonly retryEveryMs: number;
}

export const electionTimes: ElectionTimes = {
  leaseMs: 20_000,
  termMs: 12_000,
  renewEveryMs: 4_000,
  retryEveryMs: 2_000,
};

/**
 * What a candidate knows. Times are of its own monotonic clock: those in a Lease are of the clocks of others, which may be
 * wrong by a day.
 */
export interface ElectionState {
  readonly me: string;
  readonly seen?: {
    readonly record: LeaseRecord | undefined;
    readonly since: number;
    /** There is no record, and somebody else may believe to hold what somebody deleted. */
    readonly orphaned?: true;
  };
  /** Until when we hold it: from before the request was sent that gave it to us. */
  readonly heldUntil?: number;
  /** When we last sent a request that gave it to us. */
  readonly renewedAt?: number;
  /** A claim that is sent before gives us the record and not the right to write. */
  readonly notBefore?: number;
}

export type ElectionStep =
  /** Read what the Lease says. */
  | { readonly do: 'read' }
  /** Write ourselves into it. `over` is the version that it must still have; undefined creates it. */
  | { readonly do: 'claim'; readonly over: string | undefined; readonly transitions: number }
  | { readonly do: 'wait'; readonly ms: number };

/** Whether a write may begin now. */
export const isHeld = ({ heldUntil }: ElectionState, now: number): boolean =>
  heldUntil !== undefined && now < heldUntil;

/**
 * What was read. A lease that has not moved is as old as it was. Where it has come to another, our term is over at once.
 * @param hasBeenLed somebody has made something under a lease, also under one that is not there
 */
export function afterRead(
  state: ElectionState,
  record: LeaseRecord | undefined,
  now: number,
  hasBeenLed = false,
): ElectionState {
  const { seen, me } = state;
  if (seen !== undefined && seen.record?.version === record?.version) return state;
  if (record !== undefined)
    return { ...(record.holder === me ? state : { me }), seen: { record, since: now } };
  const before = seen?.record?.holder ?? '';
  const orphaned = hasBeenLed || (before !== '' && before !== me);
  return { ...state, seen: { record, since: now, ...(orphaned && { orphaned }) } };
}

/**
 * A claim is being sent. One that makes a record of its own waits out the terms of others then: since no version tells what
 * came and went before it, not even how long the record was missing, they count from its creation.
 */
export function beforeClaim(state: ElectionState, sentAt: number, { leaseMs }: ElectionTimes): ElectionState {
  return isOrphaned(state, sentAt) ? { ...state, notBefore: sentAt + leaseMs } : state;
}

/** While our own term runs nobody else has begun, whatever happened to the record: they wait for longer. */
const isOrphaned = (state: ElectionState, now: number): boolean =>
  state.seen?.orphaned === true && !isHeld(state, now);

/**
 * A claim that was answered with yes. `sentAt` is from before it was sent: the others count from when they see it, which is
 * later.
 */
export function afterClaim(
  { me, notBefore }: ElectionState,
  record: LeaseRecord,
  sentAt: number,
  { termMs }: ElectionTimes,
): ElectionState {
  const granted = { me, seen: { record, since: sentAt }, renewedAt: sentAt };
  return notBefore !== undefined && sentAt < notBefore
    ? { ...granted, notBefore }
    : { ...granted, heldUntil: sentAt + termMs };
}

/** A claim that was refused or not answered: what the Lease says now is not known. The term goes on to its end. */
export function afterFailedClaim({ seen: _forgotten, ...state }: ElectionState): ElectionState {
  return state;
}

/** Before it is given back: nothing is written any more. */
export const afterRelease = ({ me }: ElectionState): ElectionState => ({ me });

/** What to do next, at `now`, a reading of the same monotonic clock. */
export function nextStep(state: ElectionState, now: number, times: ElectionTimes): ElectionStep {
  const { me, seen, renewedAt } = state;
  if (seen === undefined) return { do: 'read' };
  const { record, since } = seen;
  if (record === undefined) {
    // Who holds it makes it again at its next renewal.
    const left = isOrphaned(state, now) ? since + 2 * times.renewEveryMs - now : 0;
    if (left > 0) return { do: 'wait', ms: Math.min(left, times.retryEveryMs) };
    return { do: 'claim', over: undefined, transitions: 0 };
  }
  const { holder, version, transitions } = record;
  if (holder === me) {
    const due = (renewedAt ?? Number.NEGATIVE_INFINITY) + times.renewEveryMs;
    return now >= due ? { do: 'claim', over: version, transitions } : { do: 'wait', ms: due - now };
  }
  const freeAt = holder === '' ? since : since + record.durationMs;
  if (now >= freeAt) return { do: 'claim', over: version, transitions: transitions + 1 };
  return { do: 'wait', ms: Math.min(freeAt - now, times.retryEveryMs) };
}
