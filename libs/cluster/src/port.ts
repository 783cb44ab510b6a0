export type Labels = Readonly<Record<string, string>>;

/**
 * A long-running workload of one of our own apps. The agent's configuration decides what runs (`app` names an entry of
 * it); the control plane supplies the data in `env` and `files`, never a template.
 */
export interface WorkloadSpec {
  readonly name: string;
  readonly app: 'decrypter' | 'batch-exporter' | 'batch-job';
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly env: Readonly<Record<string, string>>;
  /** Files by name, mounted read-only; the folder is in `CONFIG_DIR`. */
  readonly files: Readonly<Record<string, string>>;
  /** Secrets mounted read-only, each below `SECRETS_DIR/<name>/`. */
  readonly secrets: readonly string[];
  /** Written on the live object and observed again. */
  readonly hash: string;
}

export type WorkloadStatus =
  | { readonly state: 'starting' }
  | { readonly state: 'running' }
  /** `reason` is a stable PascalCase code; `message` says what to do about it. */
  | {
      readonly state: 'failing';
      readonly reason: string;
      readonly message: string;
      readonly restarts: number;
    }
  | { readonly state: 'stopping' }
  /** A job that has done its work; it stays until it is removed, so that it is not done again. */
  | { readonly state: 'finished' };

export interface LiveWorkload extends Pick<Kept, 'schema'> {
  readonly name: string;
  readonly uid: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly appliedHash?: string;
  /** Hash of what the engine really runs with; differs from `appliedHash` where somebody edited the live object. */
  readonly liveHash: string;
  /** `digestOf` the spec that it says it was made by; absent where it says none. */
  readonly specDigest?: string;
  /** Why `liveHash` differs, where that was not somebody's edit; PascalCase. */
  readonly staleness?: string;
  readonly status: WorkloadStatus;
}

export interface SecretSpec {
  readonly name: string;
  readonly labels: Labels;
  readonly data: Readonly<Record<string, Uint8Array>>;
  /** A keyed hash of the content, so that it may be stored and compared in the open. */
  readonly hash: string;
}

export interface LiveSecret extends Kept {
  readonly name: string;
  readonly uid: string;
  readonly labels: Labels;
  readonly appliedHash?: string;
}

/**
 * What our own write has left of an object, by its answer. Objects say the same of themselves, and whoever edits one can edit that
 * as well; so whoever keeps it elsewhere can tell.
 */
export interface Kept {
  /** Another one after each write. Absent where an engine has none. */
  readonly mark?: string;
  /** The version of the form in which it was written; absent for the first. */
  readonly schema?: number;
}

/**
 * How old a list may be. `watched`: where a watch stands that has told of no change since the list before, that one may be the
 * answer, so that it is as late as a watch can be.
 */
export type Freshness = 'now' | 'watched';

/**
 * Workloads and secrets of one namespace. Writes carry a precondition, the UID that the caller observed;
 * one that no longer holds throws ConflictError and changes nothing.
 */
export interface Cluster {
  /**
   * The same for specs by which the same is made, whatever their hash. What a live object says of itself can be edited together with
   * what it is, and then `liveHash` does not tell; so whoever knows the spec compares this with `specDigest`.
   */
  readonly digestOf: (spec: WorkloadSpec) => string;
  /** The whole list of workloads whose labels include all of `labels`. @param asOf @default now @throws ClusterUnavailableError */
  listWorkloads(labels: Labels, asOf?: Freshness): Promise<readonly LiveWorkload[]>;
  /** @throws AlreadyExistsError for any object of that name, InvalidSpecError */
  createWorkload(spec: WorkloadSpec): Promise<LiveWorkload>;
  /**
   * @param kept of the last write, where the caller keeps that: what the object says otherwise of itself does not count then
   * @throws ConflictError, InvalidSpecError, NotKeptError where it was written, and something else changes it
   */
  updateWorkload(spec: WorkloadSpec, uid: string, kept?: Kept): Promise<LiveWorkload>;
  /** Resolves when the workload has stopped; absent is no error. @throws StillEndingError where that takes long, and at once for one that is ending already: ask again */
  removeWorkload(name: string, uid: string, kept?: Kept): Promise<void>;

  /**
   * The last lines that the workload's newest process has written, as it wrote them; none where there is no such process. Of very
   * long ones a part may be missing.
   * @throws ClusterUnavailableError, DeniedError, the signal's reason
   */
  readLog(workload: string, lines: number, signal: AbortSignal): Promise<readonly string[]>;

  listSecrets(labels: Labels): Promise<readonly LiveSecret[]>;
  createSecret(spec: SecretSpec): Promise<LiveSecret>;
  updateSecret(spec: SecretSpec, uid: string, kept?: Kept): Promise<LiveSecret>;
  removeSecret(name: string, uid: string, kept?: Kept): Promise<void>;

  /**
   * The secret of a name, also where lists no longer show it since somebody has removed what they show it by. It may be updated
   * and removed as any other. Absent where lists show all that is there.
   * @returns undefined where there is none, or a foreign one. @throws ClusterUnavailableError where that cannot be told
   */
  readonly findSecret?: (name: string) => Promise<LiveSecret | undefined>;

  /** Calls back soon after anything changes, coalesced; a hint, the list is the truth. Returns a stop function. */
  watch(onChange: () => void): () => void;
  /** What one agent keeps in the cluster for itself. */
  agentState(agent: string): AgentState;
  /**
   * Runs for the right to write as this agent, which one process has at a time. From this call on the connection writes
   * nothing but while it is held. Where one process owns the cluster anyway it is held at once.
   */
  lead(agent: string): Leadership;
  close(): Promise<void>;
}

/** The right to write, for a term that we measure by our own clock. */
export interface Leadership {
  /** Whether a write may begin now. */
  readonly isHeld: () => boolean;
  /**
   * Why it cannot even be asked for, in words for who runs the cluster; undefined while it is held, or another has it. Who only
   * waits for his turn has no problem.
   */
  readonly problem: () => string | undefined;
  /** Calls back when it has been won or given back; not when a term just runs out. Returns a stop function. */
  readonly onChange: (watcher: () => void) => () => void;
  /** Gives it back, so that the next need not wait. Nothing of ours may be under way. */
  stop(): Promise<void>;
}

/** Small documents of one agent that outlive its process, and the release that a person writes for it. */
export interface AgentState {
  /** Names: `snapshot`, `inventory`, `guard`. */
  load(document: string): Promise<string | undefined>;
  save(document: string, text: string): Promise<void>;
  /** Text that a person on the customer's side left (`<epoch>/<number>`), if any. The agent only reads it. */
  release(): Promise<string | undefined>;
  /** Where objects may outlive the record of whose they are: how a person says that they are the agent's. */
  readonly adoption?: Adoption;
}

/** A person's word for objects that carry the labels of an agent and are not in its inventory. The agent only reads it. */
export interface Adoption {
  /** The text that a person left, if any: it names exactly those objects. */
  asked(): Promise<string | undefined>;
  /** How a person leaves it. */
  readonly howTo: (text: string) => string;
}
