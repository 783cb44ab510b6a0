/**
 * An answer that is no schema. Codes, statuses and words are those of Confluent's registry, which its clients know:
 * https://docs.confluent.io/platform/current/schema-registry/develop/api.html#errors
 */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly status: number;
  readonly errorCode: number;

  constructor(status: number, errorCode: number, message: string) {
    super(message);
    this.status = status;
    this.errorCode = errorCode;
  }

  /** The body of the answer. */
  toBody(): string {
    return JSON.stringify({ error_code: this.errorCode, message: this.message });
  }
}

export const unknownPath = (): RegistryError => new RegistryError(404, 404, 'HTTP 404 Not Found');

export const methodNotAllowed = (): RegistryError =>
  new RegistryError(405, 405, 'HTTP 405 Method Not Allowed');

export const schemaNotFound = (): RegistryError => new RegistryError(404, 40_403, 'Schema not found');

export const subjectNotFound = (subject: string): RegistryError =>
  new RegistryError(404, 40_401, `Subject '${subject}' not found.`);

export const noCompatibilityOf = (subject: string): RegistryError =>
  new RegistryError(404, 40_408, `Subject '${subject}' does not have subject-level compatibility configured`);

export const noModeOf = (subject: string): RegistryError =>
  new RegistryError(404, 40_409, `Subject '${subject}' does not have subject-level mode configured`);

export const invalidVersion = (version: string): RegistryError =>
  new RegistryError(
    422,
    42_202,
    `The specified version '${version}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`,
  );

/** What Confluent's registry answers in mode READONLY. */
export const readOnly = (subject: string | undefined): RegistryError =>
  new RegistryError(
    422,
    42_205,
    `${subject === undefined ? 'The registry' : `Subject ${subject}`} is in read-only mode`,
  );

/** Clients repeat what is answered with 503; 404 would have them give up the record. */
export const tryAgain = (message: string): RegistryError => new RegistryError(503, 503, message);

export const internalError = (): RegistryError => new RegistryError(500, 500, 'Internal Server Error');
