import { DefinitionError } from './errors.ts';

/**
 * How large definitions may be. What compiles them runs beside the events of other contracts, in one turn of the event
 * loop: a definition at every limit costs about 0.2 s of CPU, and some 10 MB.
 */
const limits = {
  /** Characters of the text of a schema. */
  schemaLength: { most: 500_000, text: 'the schema has more than 500000 characters' },
  /** Everything that stands in the text of an Avro schema: objects, lists, names, words. */
  schemaValues: { most: 10_000, text: 'the schema has more than 10000 values in its JSON' },
  /** Of the JSON of an Avro schema; a record in a record is three levels. */
  schemaDepth: { most: 256, text: 'the schema nests deeper than 256 levels of JSON' },
  jsonSchemaLength: { most: 100_000, text: 'a JSON Schema has at most 100000 characters' },
  /** Schemas in a JSON Schema, itself among them. */
  jsonSchemaSchemas: {
    most: 500,
    text: 'the schema has more than 500 schemas in it once its references are replaced',
  },
  /** The same, and enumerated values and required names. */
  jsonSchemaParts: {
    most: 2_000,
    text: 'the schema has more than 2000 parts once its references are replaced',
  },
  fields: { most: 2_000, text: 'the contract says something of more than 2000 fields' },
  validations: { most: 500, text: 'the contract has more than 500 validations' },
  /** What patterns cost to compile, see `PatternBudget`. */
  patternCost: { most: 40_000, text: 'the patterns are too many, or too large, together' },
} as const;

export type DefinitionLimit = keyof typeof limits;

/** A definition that is larger than it may be; its parts may be in order. */
export class DefinitionLimitError extends DefinitionError {
  override readonly name = 'DefinitionLimitError';
  readonly limit: DefinitionLimit;
  readonly most: number;

  constructor(limit: DefinitionLimit) {
    super([limits[limit].text]);
    this.limit = limit;
    this.most = limits[limit].most;
  }
}

/** @throws DefinitionLimitError where the count is beyond the limit */
export function requireWithin(limit: DefinitionLimit, count: number): void {
  if (count > limits[limit].most) throw new DefinitionLimitError(limit);
}
