/** A key that is not safe, or that this store cannot hold. */
export class ObjectKeyError extends Error {
  override readonly name = 'ObjectKeyError';
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(`not a usable object key: ${reason}`, options);
    this.reason = reason;
  }
}

/** Another object stands under the key already. */
export class ObjectExistsError extends Error {
  override readonly name = 'ObjectExistsError';
  readonly key: string;

  constructor(key: string, options?: ErrorOptions) {
    super(`another object stands at ${key}`, options);
    this.key = key;
  }
}

export class ObjectNotFoundError extends Error {
  override readonly name = 'ObjectNotFoundError';
  readonly key: string;

  constructor(key: string, options?: ErrorOptions) {
    super(`no object stands at ${key}`, options);
    this.key = key;
  }
}

/** The store or database refuses what was asked: a person has to change permissions or credentials. */
export class AccessDeniedError extends Error {
  override readonly name = 'AccessDeniedError';
  readonly key: string;

  constructor(key: string, why: string, options?: ErrorOptions) {
    super(`access ${key === '' ? '' : `to ${key} `}is denied: ${why}`, options);
    this.key = key;
  }
}

/** The store or database does not answer, is full or fails: worth another attempt later. */
export class StorageUnavailableError extends Error {
  override readonly name = 'StorageUnavailableError';
  readonly key: string;

  constructor(key: string, why: string, options?: ErrorOptions) {
    super(`${key === '' ? 'not available' : `the store cannot serve ${key}`} now: ${why}`, options);
    this.key = key;
  }
}

/** The endpoint of a location is no place that this data plane connects to. Names the host alone. */
export class EndpointRefusedError extends Error {
  override readonly name = 'EndpointRefusedError';
  readonly host: string;

  constructor(host: string, why: string) {
    super(`no connection is made to ${host}: ${why}`);
    this.host = host;
  }
}

/** No engine of this data plane serves such a location. */
export class UnsupportedLocationError extends Error {
  override readonly name = 'UnsupportedLocationError';
  readonly locationType: string;
  readonly supported: readonly string[];

  constructor(locationType: string, why: string, supported: readonly string[]) {
    super(
      `locations of type ${locationType} are not served here: ${why}. Served: ${supported.join(', ') || 'none'}`,
    );
    this.locationType = locationType;
    this.supported = supported;
  }
}

/** The text is no location. Names the fields that are wrong, never what they hold. */
export class InvalidLocationError extends Error {
  override readonly name = 'InvalidLocationError';
  readonly fields: readonly string[];

  constructor(fields: readonly string[]) {
    super(`not a storage location: ${fields.length > 0 ? fields.join(', ') : 'it is not JSON'}`);
    this.fields = fields;
  }
}

/** The JDBC URI of a database cannot be used. Says what is wrong and quotes nothing of it. */
export class DatabaseUriError extends Error {
  override readonly name = 'DatabaseUriError';
  readonly reason: string;

  constructor(reason: string) {
    super(`not a usable database URI: ${reason}`);
    this.reason = reason;
  }
}
