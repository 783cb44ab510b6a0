export type ClusterObjectKind = 'workload' | 'secret';

/** An object of that name exists, ours or not. */
export class AlreadyExistsError extends Error {
  override readonly name = 'AlreadyExistsError';
  readonly kind: ClusterObjectKind;
  readonly objectName: string;

  constructor(kind: ClusterObjectKind, objectName: string, options?: ErrorOptions) {
    super(`${kind} ${objectName} exists already`, options);
    this.kind = kind;
    this.objectName = objectName;
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

/** The cluster does not answer or cannot do its work now: worth another attempt. */
export class ClusterUnavailableError extends Error {
  override readonly name = 'ClusterUnavailableError';
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
