import type { ContractDefinition, ContractState, FieldMetadata, RegexValidation } from '@ccd/contracts';
import { detectSchemaKind } from '@ccd/contracts';
import { entities } from '@ccd/protocol';
import {
  InvalidFieldError,
  requireCount,
  requireDocument,
  requireMessage,
  requireText,
  requireWithin,
  requireWord,
} from './fields.ts';
import type { Specified } from './fields.ts';

const most = { definition: 4_000_000, fields: 10_000, path: 1_000, regex: 10_000, level: 2_147_483_647 };

const states: Record<Specified<entities.DataContract_State>, ContractState> = {
  [entities.DataContract_State.DRAFT]: 'DRAFT',
  [entities.DataContract_State.IN_REVIEW]: 'IN_REVIEW',
  [entities.DataContract_State.ACTIVE]: 'ACTIVE',
  [entities.DataContract_State.ARCHIVED]: 'ARCHIVED',
  [entities.DataContract_State.INCOMPLETE]: 'INCOMPLETE',
  [entities.DataContract_State.APPROVED]: 'APPROVED',
};

/**
 * A contract with its schema.
 * @param schemaId the schema's `confluent_id`, which another call answers
 * @throws InvalidFieldError
 */
export function toContract(
  ref: string,
  contract: entities.DataContract,
  schemaId: number,
): ContractDefinition {
  if (formatRef(requireMessage(contract.ref, 'ref')) !== ref) {
    throw new InvalidFieldError('ref', 'is not the one that was asked for');
  }
  const { dataSubjectField } = contract;
  return {
    ref,
    state: requireWord(states, contract.state, 'state'),
    schema: toSchema(requireMessage(contract.schema, 'schema')),
    keyField: requireText(contract.keyField, 'key_field', most.path),
    fields: toFields(contract),
    validations: requireCount(contract.validations, 'validations', 0, most.fields).map(toValidation),
    ...(dataSubjectField !== '' && {
      dataSubjectField: requireText(dataSubjectField, 'data_subject_field', most.path),
    }),
    schemaId: requireWithin(schemaId, 'confluent_id', 1, 2_147_483_647),
  };
}

export function formatRef({ handle, name, version }: entities.DataContractRef): string {
  return `${handle}/${name}/${version}`;
}

/** The text tells its kind; what the message says of it must not contradict. @throws InvalidFieldError */
function toSchema({ ref, definition }: entities.Schema): ContractDefinition['schema'] {
  const kind = detectSchemaKind(requireDocument(definition, 'schema.definition', most.definition));
  const { AVRO, JSONSCHEMA } = entities.SchemaType;
  if (ref?.schemaType === (kind === 'avro' ? JSONSCHEMA : AVRO)) {
    throw new InvalidFieldError('schema', 'is of another type than it is said to be');
  }
  return { kind, definition };
}

/** The older form, which the protocol calls deprecated and old servers still send. */
interface PiiFields {
  readonly piiFields: Readonly<Record<string, number>>;
}

/** `piiFields` counts where there is no metadata of fields. */
function toFields({ fieldMetadata, ...contract }: entities.DataContract): FieldMetadata[] {
  const { piiFields }: PiiFields = contract;
  requireCount(fieldMetadata, 'field_metadata', 0, most.fields);
  const fields =
    fieldMetadata.length > 0 ? fieldMetadata.map(toField) : Object.entries(piiFields).map(toPiiField);
  const names = new Set(fields.map(({ fieldName }) => fieldName));
  if (names.size !== fields.length) throw new InvalidFieldError('field_metadata', 'names a field twice');
  return fields;
}

function toField({ fieldName, personalDataConfig }: entities.FieldMetadata): FieldMetadata {
  const { isPii = false, isQuasiId = false, purposeLevel = 0 } = personalDataConfig ?? {};
  return {
    fieldName: requireText(fieldName, 'field_metadata.field_name', most.path),
    isPii,
    isQuasiId,
    purposeLevel: requireWithin(purposeLevel, 'field_metadata.purpose_level', 0, most.level),
  };
}

function toPiiField([fieldName, level]: [string, number]): FieldMetadata {
  return {
    fieldName: requireText(fieldName, 'pii_fields', most.path),
    isPii: true,
    isQuasiId: false,
    purposeLevel: requireWithin(level, 'pii_fields', 0, most.level),
  };
}

function toValidation({ field, type, value }: entities.Validation): RegexValidation {
  if (type !== 'regex' && type !== '') throw new InvalidFieldError('validations.type', 'is not regex');
  return {
    field: requireText(field, 'validations.field', most.path),
    regex: requireDocument(value, 'validations.value', most.regex),
  };
}
