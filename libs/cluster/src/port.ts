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
  | { readonly state: 'stopping' };

export interface LiveWorkload {
  readonly name: string;
  readonly uid: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly appliedHash?: string;
  /** Hash of what the engine really runs with; differs from `appliedHash` where somebody edited the live object. */
  readonly liveHash: string;
  readonly status: WorkloadStatus;
}

export interface SecretSpec {
  readonly name: string;
  readonly labels: Labels;
  readonly data: Readonly<Record<string, Uint8Array>>;
  /** A keyed hash of the content, so that it may be stored and compared in the open. */
  readonly hash: string;
}

export interface LiveSecret {
  readonly name: string;
  readonly uid: string;
  readonly labels: Labels;
  readonly appliedHash?: string;
}

/**
 * Workloads and secrets of one namespace. Writes carry a precondition, the UID that the caller observed;
 * one that no longer holds throws ConflictError and changes nothing.
 */
export interface Cluster {
  /** The whole list of workloads whose labels include all of `labels`. @throws ClusterUnavailableError */
  listWorkloads(labels: Labels): Promise<readonly LiveWorkload[]>;
  /** @throws AlreadyExistsError for any object of that name, InvalidSpecError */
  createWorkload(spec: WorkloadSpec): Promise<LiveWorkload>;
  updateWorkload(spec: WorkloadSpec, uid: string): Promise<LiveWorkload>;
  /** Resolves when the workload has stopped; absent is no error. */
  removeWorkload(name: string, uid: string): Promise<void>;

  listSecrets(labels: Labels): Promise<readonly LiveSecret[]>;
  createSecret(spec: SecretSpec): Promise<LiveSecret>;
  updateSecret(spec: SecretSpec, uid: string): Promise<LiveSecret>;
  removeSecret(name: string, uid: string): Promise<void>;

  /** Calls back soon after anything changes, coalesced; a hint, the list is the truth. Returns a stop function. */
  watch(onChange: () => void): () => void;
  /** What one agent keeps in the cluster for itself. */
  agentState(agent: string): AgentState;
  close(): Promise<void>;
}

/** Small documents of one agent that outlive its process, and the release that a person writes for it. */
export interface AgentState {
  /** Names: `snapshot`, `inventory`, `guard`. */
  load(document: string): Promise<string | undefined>;
  save(document: string, text: string): Promise<void>;
  /** Text that a person on the customer's side left (`<epoch>/<number>`), if any. The agent only reads it. */
  release(): Promise<string | undefined>;
}
