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
}

/** A point in the control plane's history. A restored database starts a new epoch. */
export interface Revision {
  readonly epoch: string;
  readonly number: bigint;
}

/**
 * One whole answer to "what should exist". `digest` tells two answers of one revision apart;
 * `removed` names the keys whose removal a user asked for. A control plane that is not ours sends neither.
 */
export interface DesiredSnapshot<Spec> {
  readonly revision?: Revision;
  readonly digest?: string;
  readonly items: readonly Desired<Spec>[];
  readonly removed: readonly ResourceKey[];
}

/** Fetches the whole desired list or throws; never answers with a part. */
export interface DesiredSource<Spec> {
  fetch(signal: AbortSignal): Promise<DesiredSnapshot<Spec>>;
}

/** Observes the whole actual list or throws; never answers with a part. */
export interface ActualSource<Live> {
  observe(signal: AbortSignal): Promise<readonly Observed<Live>[]>;
}

/** Carries out single changes and decides nothing. Each call is safe to repeat. */
export interface Applier<Spec, Live> {
  create(desired: Desired<Spec>, signal: AbortSignal): Promise<void>;
  update(desired: Desired<Spec>, observed: Observed<Live>, signal: AbortSignal): Promise<void>;
  remove(observed: Observed<Live>, signal: AbortSignal): Promise<void>;
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
