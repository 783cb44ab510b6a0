export type * from './types.ts';
export type { Clock } from './clock.ts';
export { systemClock } from './system-clock.ts';
export { abortable } from './abortable.ts';
export { withDeadline } from './with-deadline.ts';
export type { Conflict, Plan, Update, UpdateCause } from './diff.ts';
export { diff } from './diff.ts';
export type { AllowReason, Amount, Doubt, GuardedDelete, GuardedPlan, HoldReason, Verdict } from './guard.ts';
export { guard, guardCached } from './guard.ts';
export type { GuardMemory } from './guard-memory.ts';
export { noteAnswer, remember } from './guard-memory.ts';
export { formatRevision, isSameRevision, parseRevision } from './fingerprint.ts';
export {
  DeadlineExceededError,
  DuplicateKeyError,
  ForeignObjectError,
  TerminalError,
  TransientError,
  UnreadableDocumentError,
} from './errors.ts';
export type { DependsOn } from './carry-out.ts';
export { perObject } from './per-object.ts';
export type { KeyMapView, KeySet } from './key-map.ts';
export { KeyMap, toKeySet } from './key-map.ts';
export type { Reconciler, ReconcilerOptions } from './reconciler.ts';
export { createReconciler } from './reconciler.ts';
export type { ReconcilerSettings } from './settings.ts';
export { defaultSettings } from './settings.ts';
export type * from './report.ts';
export type { MetricFactory, Operation, OperationOutcome, ReconcileMetrics } from './metrics.ts';
export { createReconcileMetrics } from './metrics.ts';
export { createMemoryGuardRecordStore, createMemorySnapshotStore } from './memory-stores.ts';
export type { Documents, SpecCodec } from './document-stores.ts';
export { createGuardRecordStore, createReleaseSource, createSnapshotStore } from './document-stores.ts';
