export type JsonType = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object';

/** A JSON Schema after its references were replaced by what they refer to: only keywords that assert something. */
export type PlainSchema = boolean | PlainKeywords;

export interface PlainKeywords {
  readonly type?: readonly JsonType[];
  readonly properties?: Readonly<Record<string, PlainSchema>>;
  readonly additionalProperties?: PlainSchema;
  readonly unevaluatedProperties?: PlainSchema;
  readonly items?: PlainSchema;
  readonly prefixItems?: readonly PlainSchema[];
  readonly allOf?: readonly PlainSchema[];
  readonly anyOf?: readonly PlainSchema[];
  readonly oneOf?: readonly PlainSchema[];
  /** Every other assertion, for the validator alone. */
  readonly [keyword: string]: unknown;
}

/** The texts of types in the order in which people list them. */
export const jsonTypes: readonly JsonType[] = [
  'null',
  'boolean',
  'integer',
  'number',
  'string',
  'array',
  'object',
];

export const isObject = (json: unknown): json is Readonly<Record<string, unknown>> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

export const isJsonType = (json: unknown): json is JsonType => jsonTypes.some((type) => type === json);
