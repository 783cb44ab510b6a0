import { carryOut } from './carry-out.ts';
import type { CarryOutOptions } from './carry-out.ts';
import type { Clock } from './clock.ts';
import { diff } from './diff.ts';
import type { Plan } from './diff.ts';
import { DeadlineExceededError, TransientError } from './errors.ts';
import type { RunLimits } from './execute.ts';
import { findDoubt, guardCached, isPutAside, withholdAll } from './guard.ts';
import type { Doubt, GuardedPlan } from './guard.ts';
import { withholdWhere } from './guard-keeper.ts';
import type { GuardKeeper } from './guard-keeper.ts';
import { isWhole, toKeptSnapshot } from './guard-memory.ts';
import { findHeldUpdates } from './held-updates.ts';
import { toKeySet } from './key-map.ts';
import { assertUnique } from './resource-key.ts';
import { messageOf } from './report.ts';
import type { RunReason, RunReport, RunWarning } from './report.ts';
import type { ReconcilerSettings } from './settings.ts';
import type { SnapshotCache } from './snapshot-cache.ts';
import { summarise } from './summarise.ts';
import type {
  ActualSource,
  DesiredSnapshot,
  DesiredSource,
  Drift,
  Observed,
  ReleaseSource,
  Revision,
} from './types.ts';
import { withDeadline } from './with-deadline.ts';

export interface RunParts<Spec, Live> extends CarryOutOptions<Spec, Live> {
  readonly clock: Clock;
  readonly settings: ReconcilerSettings;
  readonly desired: DesiredSource<Spec>;
  readonly actual: ActualSource<Live>;
  readonly drift?: Drift<Spec, Live> | undefined;
  readonly release?: ReleaseSource | undefined;
  readonly cache: SnapshotCache<Spec>;
  readonly keeper: GuardKeeper;
}

/** What a run knows by itself; its place in the history comes later. */
export interface RunResult {
  readonly told: Pick<
    RunReport,
    'outcome' | 'reason' | 'message' | 'source' | 'revision' | 'resources' | 'held' | 'warnings'
  >;
  readonly contact: Contact;
  /** How long the engine at which the run failed asked to be left alone. */
  readonly retryAfterMs?: number | undefined;
}

/** How the control plane answered. */
export interface Contact {
  /** Whether it gave a usable answer; undefined where it was not asked to the end. */
  readonly reachable?: boolean;
  readonly message?: string;
  /** How long it asked to be left alone. */
  readonly retryAfterMs?: number;
}

type Answer<Spec> =
  | { readonly source: 'control-plane'; readonly snapshot: DesiredSnapshot<Spec> }
  | { readonly source: 'cache'; readonly snapshot: DesiredSnapshot<Spec>; readonly error: unknown }
  | { readonly source: 'none'; readonly error: unknown };

/** One run from the fetch to the last write. Never throws. */
export async function run<Spec, Live>(
  parts: RunParts<Spec, Live>,
  limits: RunLimits,
  reload: boolean,
): Promise<RunResult> {
  const { clock, settings, cache, keeper } = parts;
  const warnings: RunWarning[] = [];
  let contact: Contact = {};

  const within = <T>(step: string, ms: number, work: (signal: AbortSignal) => Promise<T>) =>
    withDeadline(clock, { step, ms, parent: limits.begin }, work);

  /** A step that the run can do without, unless it is being stopped. */
  async function attempt<T>(
    reason: RunWarning['reason'],
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<{ readonly value: T } | undefined> {
    try {
      return { value: await within(reason, settings.storeMs, work) };
    } catch (error) {
      limits.begin.throwIfAborted();
      warnings.push({ reason, message: messageOf(error) });
      return undefined;
    }
  }

  async function loadState(): Promise<void> {
    if (reload || !cache.known()) await attempt('SnapshotUnreadable', (signal) => cache.load(signal));
    if (reload || !keeper.known()) {
      await attempt('GuardRecordUnreadable', (signal) => keeper.load(cache.current(), signal));
    }
  }

  async function obtain(): Promise<Answer<Spec>> {
    try {
      const snapshot = await within('fetch', settings.fetchMs, (signal) => parts.desired.fetch(signal));
      assertUnique('desired', snapshot.items);
      keeper.note(snapshot);
      contact = { reachable: true };
      return { source: 'control-plane', snapshot };
    } catch (error) {
      limits.begin.throwIfAborted();
      const retryAfterMs = error instanceof TransientError ? error.retryAfterMs : undefined;
      contact = { reachable: false, message: messageOf(error), ...(retryAfterMs && { retryAfterMs }) };
      const cached = await attempt('SnapshotUnreadable', (signal) => cache.load(signal));
      return cached?.value === undefined
        ? { source: 'none', error }
        : { source: 'cache', snapshot: cached.value, error };
    }
  }

  /** Whether a release could make a difference: most runs need not look for one. */
  function needsRelease({ deletes }: Plan<Spec, Live>, snapshot: DesiredSnapshot<Spec>): boolean {
    const doubt = findDoubt(snapshot, keeper.memory().accepted);
    return deletes.length > 0 || (doubt !== undefined && isPutAside(doubt));
  }

  async function readRelease(): Promise<Revision | undefined> {
    const { release } = parts;
    if (release === undefined) return undefined;
    return (await attempt('ReleaseUnreadable', (signal) => release.released(signal)))?.value;
  }

  /** Writes down what has been decided, before it is carried out; what cannot be written down is not deleted. */
  async function record(plan: GuardedPlan<Spec, Live>, snapshot: DesiredSnapshot<Spec>) {
    if (!limits.mayWrite()) return plan;
    const recorded = await attempt('GuardRecordNotSaved', (signal) => keeper.record(plan, signal));
    // Without the previous snapshot there is nothing to merge back in what was withheld: better to keep none.
    if (
      isWhole(plan, snapshot) ||
      (cache.current() !== undefined && !(plan.doubt && isPutAside(plan.doubt)))
    ) {
      const held = findHeldUpdates(plan, parts.dependsOn);
      const kept = toKeptSnapshot(snapshot, cache.current(), plan, keeper.memory(), held);
      await attempt('SnapshotNotSaved', (signal) => cache.keep(kept, signal));
    }
    return recorded === undefined ? withholdWhere(plan, (reason) => reason === 'WithinLimit') : plan;
  }

  /**
   * What is carried out where an answer is put aside: what the one before it asks for, and no deletion. What an older
   * one has beyond that is made, since a restored backup looks like this, and making takes nothing from anybody.
   */
  function standIn(
    { doubt, creates }: GuardedPlan<Spec, Live> & { readonly doubt: Doubt },
    have: readonly Observed<Live>[],
  ): GuardedPlan<Spec, Live> {
    const items = cache.current()?.items ?? [];
    const plan = withholdAll(diff(items, have, parts.drift, parts.kinds), doubt);
    if (doubt !== 'OlderRevision') return plan;
    const planned = toKeySet(plan.creates.map(({ key }) => key));
    return { ...plan, creates: [...plan.creates, ...creates.filter(({ key }) => !planned.has(key))] };
  }

  const failed = (reason: RunReason, error: unknown): RunResult => ({
    told: { outcome: 'failed', reason, message: messageOf(error), resources: [], warnings },
    contact,
    retryAfterMs: error instanceof TransientError ? error.retryAfterMs : undefined,
  });

  try {
    await loadState();
    const answer = await obtain();
    if (answer.source === 'none') return failed('FetchFailed', answer.error);
    const { snapshot, source } = answer;
    let have;
    try {
      have = await within('observe', settings.observeMs, (signal) => parts.actual.observe(signal));
      assertUnique('observed', have);
    } catch (error) {
      limits.begin.throwIfAborted();
      return failed('ObserveFailed', error);
    }
    const plan = diff(snapshot.items, have, parts.drift, parts.kinds);
    const guarded =
      source === 'cache'
        ? guardCached(plan, snapshot)
        : await record(
            keeper.judge(plan, snapshot, needsRelease(plan, snapshot) ? await readRelease() : undefined),
            snapshot,
          );
    const { doubt } = guarded;
    const followed =
      doubt !== undefined && isPutAside(doubt) ? standIn({ ...guarded, doubt }, have) : guarded;
    const reports = await carryOut(followed, limits, parts);
    return { told: { ...summarise(guarded, snapshot, source, reports, parts.kinds), warnings }, contact };
  } catch (error) {
    const { begin } = limits;
    if (begin.aborted) {
      return failed(
        begin.reason instanceof DeadlineExceededError ? 'DeadlineExceeded' : 'Interrupted',
        error,
      );
    }
    return failed('UnexpectedError', error);
  }
}
