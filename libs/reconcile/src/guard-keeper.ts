import type { Clock } from './clock.ts';
import { createDeletionWindow } from './deletion-window.ts';
import type { Plan } from './diff.ts';
import { guard } from './guard.ts';
import type { GuardedPlan } from './guard.ts';
import { markOf, noteAnswer, remember } from './guard-memory.ts';
import type { GuardMemory } from './guard-memory.ts';
import type { DesiredSnapshot, GuardRecord, GuardRecordStore, Revision } from './types.ts';

export interface GuardKeeperOptions {
  readonly clock: Clock;
  readonly records: GuardRecordStore;
  readonly windowMs: number;
}

/** The guard with its memory, and that memory with its store. */
export interface GuardKeeper {
  /** Whether the lasting part of the memory has been read. Until then no deletion passes without a release. */
  known(): boolean;
  /** Reads the record, or starts a first one; `cached` stands in for the mark of a record that was never written. */
  load(cached: DesiredSnapshot<unknown> | undefined, signal: AbortSignal): Promise<void>;
  /** Notes an answer as soon as it has come, whether or not it can be followed. */
  note(snapshot: DesiredSnapshot<unknown>): void;
  judge<Spec, Live>(
    plan: Plan<Spec, Live>,
    snapshot: DesiredSnapshot<Spec>,
    release: Revision | undefined,
  ): GuardedPlan<Spec, Live>;
  memory(): GuardMemory;
  /** Writes down the deletions that are about to begin, and what has been accepted or withheld, if that is news. */
  record(plan: GuardedPlan<unknown, unknown>, signal: AbortSignal): Promise<void>;
}

export function createGuardKeeper({ clock, records, windowMs }: GuardKeeperOptions): GuardKeeper {
  const window = createDeletionWindow(clock, windowMs);
  let memory: Omit<GuardMemory, 'recentDeletions'> = {};
  let known = false;
  let recorded = '';

  const whole = (): GuardMemory => ({ ...memory, recentDeletions: window.recent() });
  const toRecord = (): GuardRecord => {
    const { accepted, withheld, hold } = memory;
    return {
      ...(accepted && { accepted }),
      ...(withheld && { withheld }),
      ...(hold && { hold }),
      deletions: window.toRecord(),
    };
  };

  return {
    known: () => known,
    memory: whole,

    async load(cached, signal) {
      known = false;
      const record = await records.load(signal);
      const { accepted = cached?.revision && markOf(cached), withheld, hold } = record ?? {};
      memory = {
        ...(memory.repeated && { repeated: memory.repeated }),
        ...(accepted && { accepted }),
        ...(withheld && { withheld }),
        ...(hold && { hold }),
      };
      window.restore(record?.deletions ?? []);
      recorded = marksOf(toRecord());
      known = true;
    },

    note(snapshot) {
      memory = noteAnswer(whole(), snapshot);
    },

    judge(plan, snapshot, release) {
      if (memory.hold === undefined) window.prune();
      const guarded = guard(plan, snapshot, whole(), release);
      if (!known && !guarded.released) return withholdWhere(guarded, () => true);
      known = true;
      memory = remember(whole(), snapshot, guarded);
      return guarded;
    },

    async record({ deletes }, signal) {
      if (!known) return;
      const byAbsence = deletes.filter(({ verdict }) => verdict.reason === 'WithinLimit');
      window.begin(byAbsence.map(({ observed }) => observed.key));
      const record = toRecord();
      if (byAbsence.length === 0 && marksOf(record) === recorded) return;
      recorded = '';
      await records.save(record, signal);
      recorded = marksOf(record);
    },
  };
}

/** Withholds the deletions that had been allowed for one of the given reasons: their record cannot be kept. */
export function withholdWhere<Spec, Live>(
  plan: GuardedPlan<Spec, Live>,
  applies: (reason: string) => boolean,
): GuardedPlan<Spec, Live> {
  return {
    ...plan,
    deletes: plan.deletes.map(({ observed, verdict }) => ({
      observed,
      verdict:
        verdict.allowed && applies(verdict.reason)
          ? { allowed: false, reason: 'GuardRecordUnavailable' }
          : verdict,
    })),
  };
}

/** The part of a record whose change is worth a write by itself. Deletions that have grown old are not. */
function marksOf({ accepted, withheld, hold }: GuardRecord): string {
  return JSON.stringify([accepted, withheld, hold], (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}
