import type { Clock } from '@ccd/reconcile';
import type { Leadership } from '../../port.ts';
import { ApiError } from '../client/api-error.ts';
import { toPortError } from '../client/classify.ts';
import type { Manifest } from '../template/manifest.ts';
import {
  afterClaim,
  afterFailedClaim,
  afterRead,
  afterRelease,
  beforeClaim,
  electionTimes,
  isHeld,
  nextStep,
} from './election.ts';
import type { ElectionState, ElectionTimes } from './election.ts';
import { parseLease, toClaimed, toRecord, toReleased } from './lease-object.ts';
import type { Lease } from './lease-object.ts';

/** A Lease by its name: single requests, tried once. Creating one that exists and replacing one that moved is a 409. */
export interface LeasePort {
  read(): Promise<unknown>;
  /** Whether a holder has made anything, also of a Lease that is there no more: who did may still believe to hold it. */
  hasBeenLed(): Promise<boolean>;
  create(lease: Manifest): Promise<unknown>;
  replace(lease: Manifest): Promise<unknown>;
}

export interface LeadershipOptions {
  readonly port: LeasePort;
  readonly name: string;
  /** Of this process alone, also after a restart. */
  readonly identity: string;
  readonly clock: Clock;
  readonly times?: ElectionTimes;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/** Runs for a Lease until it is stopped, and gives it back then. */
export function createLeadership(options: LeadershipOptions): Leadership {
  const { port, name, identity, clock, times = electionTimes, random = Math.random } = options;
  const stopping = new AbortController();
  const watchers = new Set<() => void>();
  let state: ElectionState = { me: identity };
  /** The object that `state.seen` was read from. */
  let lease: Lease | undefined;
  /** Why we could not ask, and the version of the Lease that was known then. */
  let failure: { readonly cause: unknown; readonly version: string | undefined } | undefined;

  const set = (next: ElectionState): void => {
    const [before, now] = [isHeld(state, clock.monotonic()), clock.monotonic()];
    state = next;
    if (before !== isHeld(state, now)) for (const watcher of watchers) watcher();
  };

  const read = async (): Promise<void> => {
    const found = await port.read();
    const hasBeenLed = found === undefined && (await port.hasBeenLed());
    lease = found === undefined ? undefined : parseLease(found);
    const record = lease && toRecord(lease);
    set(afterRead(state, record, clock.monotonic(), hasBeenLed));
    // That it can be read helps nobody, unless it shows that another has it and keeps it.
    const isOthers = record !== undefined && record.holder !== '' && record.holder !== identity;
    if (isOthers && record.version !== failure?.version) failure = undefined;
  };

  /** @returns whether it has been granted */
  const claim = async (transitions: number): Promise<boolean> => {
    const wanted = toClaimed(lease, { name, holder: identity, transitions, now: clock.now(), times });
    const sentAt = clock.monotonic();
    state = beforeClaim(state, sentAt, times);
    try {
      lease = parseLease(await (lease ? port.replace(wanted) : port.create(wanted)));
    } catch (error) {
      set(afterFailedClaim(state));
      // Another was faster, or somebody has written to it.
      if (error instanceof ApiError && error.code === 409) return false;
      throw error;
    }
    set(afterClaim(state, toRecord(lease), sentAt, times));
    failure = undefined;
    return true;
  };

  const isStopping = (): boolean => stopping.signal.aborted;
  const pause = (ms: number): Promise<void> => clock.sleep(ms, stopping.signal).catch(() => {});

  const run = async (): Promise<void> => {
    let refusals = 0;
    while (!isStopping()) {
      const step = nextStep(state, clock.monotonic(), times);
      try {
        if (step.do === 'read') await read();
        else if (step.do === 'claim') {
          refusals = (await claim(step.transitions)) ? 0 : refusals + 1;
          // Once at once, to see who; a server that refuses every claim is not asked in a hot loop.
          if (refusals > 1) await pause(times.retryEveryMs);
        } else {
          await pause(step.ms);
          // What waits for somebody else's lease looks again.
          if (state.seen?.record?.holder !== identity) await read();
        }
      } catch (error) {
        // Out of reach: the term runs out by itself.
        failure = { cause: error, version: lease && toRecord(lease).version };
        await pause((times.retryEveryMs * (1 + random())) / 2);
      }
    }
  };
  const running = run();

  const release = async (): Promise<void> => {
    // Also after its term: nobody else has written to it since, or the server refuses this.
    if (lease?.spec.holderIdentity !== identity) return;
    // Ours in name alone: the terms of others may go on, and are waited for as long as our name is in it.
    if (state.notBefore !== undefined) return;
    set(afterRelease(state));
    try {
      await port.replace(toReleased(lease));
    } catch {
      // It runs out by itself.
    }
  };

  let stopped: Promise<void> | undefined;
  return {
    isHeld: () => isHeld(state, clock.monotonic()),
    problem: () => (failure === undefined ? undefined : toWords(failure.cause, name)),
    onChange(watcher) {
      watchers.add(watcher);
      return () => {
        watchers.delete(watcher);
      };
    },
    stop: () =>
      (stopped ??= (async () => {
        stopping.abort(new Error('stopping'));
        await running;
        await release();
      })()),
  };
}

function toWords(error: unknown, name: string): string {
  const known = toPortError(error, { kind: 'lease', name });
  return known instanceof Error ? known.message : `lease ${name} cannot be asked for`;
}
