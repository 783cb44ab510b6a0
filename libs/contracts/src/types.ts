export type ContractState = 'DRAFT' | 'IN_REVIEW' | 'APPROVED' | 'ACTIVE' | 'ARCHIVED' | 'INCOMPLETE';

/** The language of a schema's text; Simple Schemas are Avro by the time that they get here. */
export type SchemaKind = 'avro' | 'json-schema';

/** `handle/name/version` in one string. */
export type ContractRef = string;

export interface FieldMetadata {
  /** Avro names joined by `/`. */
  readonly fieldName: string;
  readonly isPii: boolean;
  readonly isQuasiId: boolean;
  readonly purposeLevel: number;
}

export interface RegexValidation {
  readonly field: string;
  readonly regex: string;
}

/** A data contract with its schema, as the data plane needs it. */
export interface ContractDefinition {
  readonly ref: ContractRef;
  readonly state: ContractState;
  /** The text that people wrote, and which of the two languages it is. */
  readonly schema: { readonly kind: SchemaKind; readonly definition: string };
  readonly keyField: string;
  readonly fields: readonly FieldMetadata[];
  readonly validations: readonly RegexValidation[];
  readonly dataSubjectField?: string;
  /** `confluent_id` of the schema: the four bytes before a value on the log. */
  readonly schemaId: number;
}

/** An event in memory: Avro values as plain JSON values, with `int`/`long` as numbers (or bigint beyond 2^53). */
export type EventRecord = { [field: string]: unknown };

export type ConsentLevelType = 'CUMULATIVE' | 'GRANULAR';

export interface ConsentRule {
  readonly type: ConsentLevelType;
  readonly levels: readonly number[];
}
