import type { Clock } from './clock.ts';
import type { UpdateCause } from './diff.ts';
import type { Executor, RunLimits, Task } from './execute.ts';
import { forEachLimit } from './for-each-limit.ts';
import { findHeldUpdates } from './held-updates.ts';
import { inBatch } from './in-batch.ts';
import type { GuardedPlan, Verdict } from './guard.ts';
import { KeyMap, toKeySet } from './key-map.ts';
import type { ResourceReport } from './report.ts';
import { rankOf, sortByKey } from './resource-key.ts';
import type { Applier, Desired, Observed, ResourceKey } from './types.ts';

/** Names what a live resource needs; the resources of other kinds that it would break without. */
export type DependsOn<Live> = (observed: Observed<Live>) => readonly ResourceKey[];

export interface CarryOutOptions<Spec, Live> {
  readonly applier: Applier<Spec, Live>;
  readonly kinds: readonly string[];
  readonly dependsOn?: DependsOn<Live> | undefined;
  readonly concurrency: number;
  readonly executor: Executor;
  readonly clock: Clock;
  /** How long the beginning or the end of a batch may take. */
  readonly storeMs: number;
}

/**
 * Carries out what a guarded plan allows: creates and updates kind by kind, but for updates that would let go of what is
 * withheld (`findHeldUpdates`), then deletions in the reverse order, each once nothing that depends on it lives. Without `dependsOn` everything of a later kind that the plan wants gone counts
 * as depending. Returns a report for every resource of the plan, in its order.
 */
export async function carryOut<Spec, Live>(
  plan: GuardedPlan<Spec, Live>,
  limits: RunLimits,
  { applier, kinds, dependsOn, concurrency, executor, clock, storeMs }: CarryOutOptions<Spec, Live>,
): Promise<readonly ResourceReport[]> {
  const reports: ResourceReport[] = [];
  const dependents = dependsOn === undefined ? laterKinds(plan, kinds) : namedDependents(plan, dependsOn);
  const toCreate = new KeyMap<Desired<Spec>>();
  for (const desired of plan.creates) toCreate.set(desired.key, desired);
  const run = (tasks: readonly Task[]) => {
    const due = tasks.filter((task) => executor.isDue(task, limits));
    const creating = due.flatMap(({ key }) => toCreate.get(key) ?? []);
    const batch = due.length > 1 ? applier.batch : undefined;
    return inBatch({ batch, creating, clock, ms: storeMs, parent: limits.work }, () =>
      forEachLimit(tasks, concurrency, async (task) => {
        reports.push(await executor.execute(task, limits));
      }),
    );
  };

  for (const { observed } of plan.conflicts) {
    const { key, advice } = observed;
    reports.push({
      key,
      outcome: 'conflict',
      reason: 'ForeignObject',
      ...(advice !== undefined && { message: advice }),
    });
  }
  for (const { key } of plan.unchanged) reports.push({ key, outcome: 'unchanged', reason: 'AsDesired' });
  const held = findHeldUpdates(plan, dependsOn);
  const due = updates(plan, applier).filter(({ key }) => {
    const reason = held.get(key);
    if (reason !== undefined) reports.push({ key, outcome: 'withheld', reason });
    return reason === undefined;
  });
  for (const phase of inPhases([...creations(plan, applier), ...due], kinds)) {
    await run(phase);
  }

  const allowed: Task[] = [];
  for (const { observed, verdict } of plan.deletes) {
    const { key } = observed;
    if (verdict.allowed) allowed.push(deletion(observed, verdict, applier));
    else reports.push({ key, outcome: 'withheld', reason: verdict.reason });
  }
  for (const phase of inPhases(allowed, kinds).reverse()) {
    const gone = toKeySet(reports.filter(({ outcome }) => outcome === 'deleted').map(({ key }) => key));
    const isFree = ({ key }: Task) => dependents(key).every((dependent) => gone.has(dependent));
    for (const { key } of phase.filter((task) => !isFree(task))) {
      reports.push({ key, outcome: 'skipped', reason: 'DependentsRemain' });
    }
    await run(phase.filter(isFree));
  }
  return sortByKey(reports, kinds);
}

function creations<Spec, Live>({ creates }: GuardedPlan<Spec, Live>, applier: Applier<Spec, Live>): Task[] {
  return creates.map((desired) => ({
    key: desired.key,
    operation: 'create',
    hash: desired.hash,
    done: { outcome: 'created', reason: 'Created' },
    apply: (signal) => applier.create(desired, signal),
  }));
}

function updates<Spec, Live>({ updates }: GuardedPlan<Spec, Live>, applier: Applier<Spec, Live>): Task[] {
  return updates.map(({ key, desired, observed, why }) => ({
    key,
    operation: 'update',
    hash: desired.hash,
    done: { outcome: 'configured', ...describeCause(why) },
    apply: (signal) => applier.update(desired, observed, signal),
  }));
}

function deletion<Live>(observed: Observed<Live>, { reason }: Verdict, applier: Applier<never, Live>): Task {
  return {
    key: observed.key,
    operation: 'delete',
    hash: '',
    done: { outcome: 'deleted', reason },
    apply: (signal) => applier.remove(observed, signal),
  };
}

function describeCause(why: UpdateCause): {
  readonly reason: UpdateCause['reason'];
  readonly message?: string;
} {
  return why.reason === 'Drifted' ? { reason: why.reason, message: why.detail } : why;
}

/** Tasks of equal rank together, lowest rank first. */
function inPhases(tasks: readonly Task[], kinds: readonly string[]): Task[][] {
  const phases = new Map<number, Task[]>();
  for (const task of sortByKey(tasks, kinds)) {
    const rank = rankOf(task.key.kind, kinds);
    const phase = phases.get(rank);
    if (phase === undefined) phases.set(rank, [task]);
    else phase.push(task);
  }
  return [...phases].sort(([a], [b]) => a - b).map(([, phase]) => phase);
}

type Dependents = (key: ResourceKey) => readonly ResourceKey[];

function laterKinds({ deletes }: GuardedPlan<unknown, unknown>, kinds: readonly string[]): Dependents {
  const keys = deletes.map(({ observed }) => observed.key);
  const byRank = new Map<number, readonly ResourceKey[]>();
  return ({ kind }) => {
    const rank = rankOf(kind, kinds);
    const known = byRank.get(rank);
    if (known !== undefined) return known;
    const later = keys.filter((key) => rankOf(key.kind, kinds) > rank);
    byRank.set(rank, later);
    return later;
  };
}

function namedDependents<Live>(
  { updates, unchanged, deletes }: GuardedPlan<unknown, Live>,
  dependsOn: DependsOn<Live>,
): Dependents {
  const dependents = new KeyMap<ResourceKey[]>();
  for (const observed of [
    ...unchanged,
    ...updates.map((update) => update.observed),
    ...deletes.map((each) => each.observed),
  ]) {
    for (const needed of dependsOn(observed)) {
      const known = dependents.get(needed);
      if (known === undefined) dependents.set(needed, [observed.key]);
      else known.push(observed.key);
    }
  }
  return (key) => dependents.get(key) ?? [];
}
