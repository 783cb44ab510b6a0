export type ClusterObjectKind = 'workload' | 'secret' | 'document' | 'agent' | 'lease';

/** An object of that name exists, ours or not. */
export class AlreadyExistsError extends Error {
  override readonly name = 'AlreadyExistsError';
  readonly kind: ClusterObjectKind;
  readonly objectName: string;
  /** It is certain that it is none of ours; such a one need not be listed. */
  readonly foreign: boolean;

  constructor(
    kind: ClusterObjectKind,
    objectName: string,
    { foreign = false, ...options }: ErrorOptions & { readonly foreign?: boolean } = {},
  ) {
    super(`${kind} ${objectName} exists already`, options);
    this.kind = kind;
    this.objectName = objectName;
    this.foreign = foreign;
  }
}

/** The object is not the one that the caller observed: it was replaced or removed meanwhile. Nothing was changed. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
  readonly kind: ClusterObjectKind;
  readonly objectName: string;

  constructor(kind: ClusterObjectKind, objectName: string, options?: ErrorOptions) {
    super(`${kind} ${objectName} is no longer the one that was observed`, options);
    this.kind = kind;
    this.objectName = objectName;
  }
}

/** The cluster would refuse this object however often it is asked. */
export class InvalidSpecError extends Error {
  override readonly name = 'InvalidSpecError';
  readonly kind: ClusterObjectKind;
  readonly objectName: string;

  constructor(kind: ClusterObjectKind, objectName: string, why: string) {
    super(`${kind} ${objectName} is not valid: ${why}`);
    this.kind = kind;
    this.objectName = objectName;
  }
}

/**
 * Somebody has decided that the object is not to be: a quota, an admission rule, a role. It passes only when that changes,
 * and may then pass without a change of ours.
 */
export class DeniedError extends Error {
  override readonly name = 'DeniedError';
  readonly kind: ClusterObjectKind;
  readonly objectName: string;
  /** Stable PascalCase code: `QuotaExceeded`, `AdmissionDenied`, `Forbidden` … */
  readonly reason: string;

  constructor(
    kind: ClusterObjectKind,
    objectName: string,
    reason: string,
    why: string,
    options?: ErrorOptions,
  ) {
    super(`${kind} ${objectName} is not allowed: ${why}`, options);
    this.kind = kind;
    this.objectName = objectName;
    this.reason = reason;
  }
}

/** What was written did not stay as it was written: something in the cluster changes it, at once or each time after. */
export class NotKeptError extends Error {
  override readonly name = 'NotKeptError';
  readonly kind: ClusterObjectKind;
  readonly objectName: string;
  /** The first field that is another: `metadata.labels.ccd/agent`. */
  readonly field: string;

  constructor(kind: ClusterObjectKind, objectName: string, field: string, why: string) {
    super(`${kind} ${objectName} does not keep ${field}: ${why}`);
    this.kind = kind;
    this.objectName = objectName;
    this.field = field;
  }
}

/** The cluster does not answer or cannot do its work now: worth another attempt. */
export class ClusterUnavailableError extends Error {
  override readonly name = 'ClusterUnavailableError';
  /** How long it asked to be left alone. */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    { retryAfterMs, ...options }: ErrorOptions & { readonly retryAfterMs?: number | undefined } = {},
  ) {
    super(message, options);
    this.retryAfterMs = retryAfterMs;
  }
}

/** The workload is on its way out, and something holds it up: its pods, or a finalizer. */
export class StillEndingError extends ClusterUnavailableError {
  readonly workload: string;

  constructor(workload: string) {
    super(`workload ${workload} is still ending: look at its finalizers and its pods`);
    this.workload = workload;
  }
}

/** Another process works with the folder: two of them would run every workload twice. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
  readonly folder: string;

  constructor(folder: string, options?: ErrorOptions) {
    super(
      `another process runs the workloads of ${folder}: stop it, or give this one a folder of its own`,
      options,
    );
    this.folder = folder;
  }
}
