import { examineContract } from './check-contract.ts';
import { DefinitionError } from './errors.ts';
import type { EventSchema } from './event-schema.ts';
import { compileSchema } from './event-schema.ts';
import type { FieldPath } from './field-path.ts';
import { compileFieldPath } from './field-path.ts';
import { maxRegexSteps } from './linear-regex.ts';
import type { ContractBytes } from './scan/contract-bytes.ts';
import { compileContractBytes } from './scan/contract-bytes.ts';
import type { ContractDefinition, ContractRef, EventRecord } from './types.ts';

/** A value that its contract does not accept. The message quotes the value and is for the sender alone. */
export interface ValidationFailure {
  readonly field: string;
  readonly message: string;
}

export interface PersonalField {
  readonly path: string;
  readonly purposeLevel: number;
}

/** Runs the validations of a contract over the texts of an event: all of a field, or the only one by itself. */
export type FirstFailure = (
  textsOf: (field: FieldPath) => string | readonly string[],
) => ValidationFailure | undefined;

/** A data contract ready to be applied to events of its schema. */
export interface CompiledContract {
  readonly ref: ContractRef;
  readonly definition: ContractDefinition;
  readonly schema: EventSchema;
  readonly personalFields: readonly PersonalField[];
  /** The same for events as their Avro bytes; undefined where the schema has no such encoding. */
  readonly bytes: ContractBytes | undefined;
  /** The first validation that fails. A field that is null or absent is not validated. */
  validate(event: EventRecord): ValidationFailure | undefined;
  /** Names the session; undefined when null. */
  keyFieldValue(event: EventRecord): string | undefined;
  dataSubjectId(event: EventRecord): string | undefined;
  /**
   * The event with every text of the personal fields that `applies` replaced; lists element by element.
   * What does not change is shared with the event given.
   */
  replacePersonal(
    event: EventRecord,
    applies: (field: PersonalField) => boolean,
    replace: (text: string) => string,
  ): EventRecord;
}

/**
 * Compiles a contract with its schema.
 * @throws DefinitionError when the contract does not fit its schema
 */
export function compileContract(definition: ContractDefinition): CompiledContract {
  const schema = compileSchema(definition.schema.definition);
  if (schema.kind !== definition.schema.kind) {
    throw new DefinitionError([`the schema is not ${definition.schema.kind}, which it is said to be`]);
  }
  const { problems, patterns } = examineContract(schema.shape, definition);
  if (problems.length > 0) throw new DefinitionError(problems.map(({ message }) => message));

  const at = (path: string): FieldPath => {
    const compiled = compileFieldPath(schema.shape, path);
    if (compiled === undefined) throw new DefinitionError([`the schema has no field '${path}'`]);
    return compiled;
  };
  const { ref } = definition;
  const keyField = at(definition.keyField);
  const dataSubject = definition.dataSubjectField === undefined ? undefined : at(definition.dataSubjectField);
  const validations = patterns.flatMap((pattern, index) => {
    const { field, regex } = definition.validations[index] ?? {};
    return field === undefined || regex === undefined ? [] : [{ at: at(field), regex, pattern }];
  });
  const personal = definition.fields
    .filter(({ isPii }) => isPii)
    .map(({ fieldName, purposeLevel }) => ({ path: fieldName, purposeLevel, at: at(fieldName) }));

  const firstFailure: FirstFailure = (textsOf) => {
    let steps = 0;
    for (const { at: field, regex, pattern } of validations) {
      const found = textsOf(field);
      const isOne = typeof found === 'string';
      const count = isOne ? 1 : found.length;
      for (let index = 0; index < count; index += 1) {
        const text = isOne ? found : (found[index] ?? '');
        steps += text.length * pattern.size;
        if (steps > maxRegexSteps) return { field: field.path, message: tooLongMessage(field.path) };
        if (!pattern.test(text)) {
          return { field: field.path, message: failureMessage(field.path, ref, text, regex) };
        }
      }
    }
    return undefined;
  };

  return {
    ref,
    definition,
    schema,
    personalFields: personal.map(({ path, purposeLevel }) => ({ path, purposeLevel })),
    bytes: compileContractBytes(definition, schema, firstFailure),
    validate: (event) => firstFailure((field) => field.texts(event)),
    keyFieldValue: (event) => keyField.text(event),
    dataSubjectId: (event) => dataSubject?.text(event),
    replacePersonal: (event, applies, replace) =>
      personal.reduce(
        (changed, field) => (applies(field) ? field.at.replaceTexts(changed, replace) : changed),
        event,
      ),
  };
}

function tooLongMessage(field: string): string {
  return `Field '${field}' is longer than its validation is run on`;
}

/** The text that existing clients show to their users. */
function failureMessage(field: string, ref: string, value: string, regex: string): string {
  return `Field: '${field}' in event with schema: '${ref}' with value: '${value}' doesn't match regex: '${regex}'`;
}
