/** Names one resource. Kinds are ranked by whoever runs the loop: topics before decrypters. */
export interface ResourceKey {
  readonly kind: string;
  readonly id: string;
}

/** What should exist. `hash` changes exactly when an update is needed. */
export interface Desired<Spec> {
  readonly key: ResourceKey;
  readonly spec: Spec;
  readonly hash: string;
}

/** What exists. `owned` comes from a record that we made, never from a likeness of names. */
export interface Observed<Live> {
  readonly key: ResourceKey;
  readonly live: Live;
  readonly owned: boolean;
  readonly appliedHash?: string;
  /** For a person: what to do about one that is not ours and may have been. */
  readonly advice?: string;
}

/** A point in the control plane's history. A restored database starts a new epoch. */
export interface Revision {
  readonly epoch: string;
  readonly number: bigint;
}

/**
 * A resource that an answer names in a way we cannot use. What lives under its key is kept. An id of '' says that the
 * item names nothing: then it may be any resource that the answer lacks, and none is deleted by absence.
 */
export interface RejectedItem {
  readonly key: ResourceKey;
  /** For the person who has to put it right; says which field, never a value. */
  readonly message: string;
}

/**
 * One whole answer to "what should exist". `digest` tells two answers of one revision apart;
 * `removed` names the keys whose removal a user asked for. A control plane that is not ours sends neither.
 * `rejected` names what the source could not turn into a desired item: left out silently, its resource would be deleted.
 */
export interface DesiredSnapshot<Spec> {
  readonly revision?: Revision;
  readonly digest?: string;
  readonly items: readonly Desired<Spec>[];
  readonly removed: readonly ResourceKey[];
  readonly rejected?: readonly RejectedItem[];
}

/** Fetches the whole desired list or throws; never answers with a part. */
export interface DesiredSource<Spec> {
  fetch(signal: AbortSignal): Promise<DesiredSnapshot<Spec>>;
}

/** Observes the whole actual list or throws; never answers with a part. */
export interface ActualSource<Live> {
  observe(signal: AbortSignal): Promise<readonly Observed<Live>[]>;
}

/**
 * Carries out single changes and decides nothing. Each call is safe to repeat, ends soon after its signal aborts, and
 * resolves when an observation would show the change: `remove` when the resource is gone (or has its tombstone).
 * A foreign object under the key is left alone, with a ForeignObjectError; a refusal that no retry can change is a
 * TerminalError.
 */
export interface Applier<Spec, Live> {
  create(desired: Desired<Spec>, signal: AbortSignal): Promise<void>;
  update(desired: Desired<Spec>, observed: Observed<Live>, signal: AbortSignal): Promise<void>;
  remove(observed: Observed<Live>, signal: AbortSignal): Promise<void>;
  /** Absent where nothing is gained by it. */
  readonly batch?: Batch<Spec>;
}

/**
 * Stands around many changes, so that what an adapter writes down around each can be written together. It has no say in
 * whether they are made: changes that no batch stands around, or one that could not begin, are made as well.
 */
export interface Batch<Spec> {
  /** @param creating what is about to be created; of it, some may not come to its turn */
  begin(creating: readonly Desired<Spec>[], signal: AbortSignal): Promise<void>;
  /** After the last change that was waited for, however that went. What it cannot write down is found out again. */
  end(signal: AbortSignal): Promise<void>;
}

/** Says why a live resource needs an update beyond a changed hash, or undefined when it is as it should be. */
export type Drift<Spec, Live> = (desired: Desired<Spec>, observed: Observed<Live>) => string | undefined;

/** Keeps the last accepted snapshot where it outlives the process, without a credential in it. */
export interface SnapshotStore<Spec> {
  load(signal: AbortSignal): Promise<DesiredSnapshot<Spec> | undefined>;
  save(snapshot: DesiredSnapshot<Spec>, signal: AbortSignal): Promise<void>;
}

/** The revision whose withheld deletions a person on the customer's side has released, if any. */
export interface ReleaseSource {
  released(signal: AbortSignal): Promise<Revision | undefined>;
}

/** Keeps the guard's record (see `GuardRecord`) where it outlives the process. */
export interface GuardRecordStore {
  load(signal: AbortSignal): Promise<GuardRecord | undefined>;
  save(record: GuardRecord, signal: AbortSignal): Promise<void>;
}

/** The revision of an answer, and which answer of that revision it was. */
export interface AnswerMark {
  readonly revision: Revision;
  readonly digest?: string;
}

/**
 * What the guard has to remember beyond one process, so that a restart neither forgets a deletion that is held nor
 * opens a new allowance. The row of identical answers is not in it: a restart counts anew, which is the safe side.
 */
export interface GuardRecord {
  /** The newest answer that was followed in full. */
  readonly accepted?: AnswerMark;
  /** The latest answer whose deletions were withheld, as it was first seen: a release covers this content alone. */
  readonly withheld?: AnswerMark;
  /** Set while deletions are withheld for their number: how many resources were ours when that began. */
  readonly hold?: { readonly resources: number };
  /** Deletions by absence that were begun of late; `at` is wall time in milliseconds. */
  readonly deletions: readonly { readonly key: ResourceKey; readonly at: number }[];
}
