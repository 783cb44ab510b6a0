import type { ContractName, EventSchema, FieldMetadata, SchemaKind } from '@ccd/contracts';
import {
  checkContract,
  compileSchema,
  completeSimpleSchema,
  DefinitionError,
  mirrorPiiFields,
  toAvroDefinition,
} from '@ccd/contracts';
import { entities } from '@ccd/protocol';
import { invalidArgument } from '../rpc/status-error.ts';
import { fromSimpleSchema, toSimpleSchema } from './simple-schemas.ts';

/**
 * The content to store for what a user sent: the schema (a Simple Schema as Avro) with its fingerprint, personal fields in
 * both forms, a title; checked as far as a contract can be before it meets events.
 * @throws StatusError INVALID_ARGUMENT that lists every problem
 */
export function toContractContent(
  wanted: entities.DataContract,
  name: ContractName,
  createTime: Date,
): entities.DataContract {
  const { schema, compiled } = withDefinitionErrors(() => toSchema(wanted.schema, name, createTime));
  const fieldMetadata = toFieldMetadata(wanted);
  const problems = checkContract(compiled.shape, {
    keyField: wanted.keyField,
    fields: fieldMetadata.map(toField),
    validations: wanted.validations.map(({ field, value }) => ({ field, regex: value })),
    ...(wanted.dataSubjectField === '' ? {} : { dataSubjectField: wanted.dataSubjectField }),
  });
  if (problems.length > 0) throw invalidArgument(sentence(problems.map(({ message }) => message)));

  const { metadata, validations, keyField, dataSubjectField, creatorExternalUserId } = wanted;
  return entities.DataContract.create({
    ref: { ...name },
    keyField,
    validations,
    dataSubjectField,
    fieldMetadata,
    creatorExternalUserId,
    ...toPiiFields(fieldMetadata),
    metadata: entities.DataContractMetadata.create({
      ...metadata,
      title: metadata?.title || name.name,
      createTime,
    }),
    schema,
  });
}

/** Runs `read`, telling the user what is wrong with a definition. @throws StatusError INVALID_ARGUMENT */
export function withDefinitionErrors<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof DefinitionError) throw invalidArgument(sentence(error.problems), { cause: error });
    throw error;
  }
}

function toSchema(
  wanted: entities.Schema | undefined,
  name: ContractName,
  createTime: Date,
): { readonly schema: entities.Schema; readonly compiled: EventSchema } {
  const { simpleSchema, definition } = toDefinition(wanted, name);
  const compiled = compileSchema(definition);
  checkKind(wanted?.ref?.schemaType, compiled.kind);
  const schema = entities.Schema.create({
    ref: { ...name, schemaType: schemaTypes[compiled.kind] },
    definition,
    fingerprint: compiled.fingerprint.toString(),
    metadata: entities.SchemaMetadata.create({
      ...wanted?.metadata,
      title: wanted?.metadata?.title || name.name,
      createTime,
    }),
    ...(simpleSchema === undefined ? {} : { simpleSchema }),
  });
  return { schema, compiled };
}

const schemaTypes = {
  avro: entities.SchemaType.AVRO,
  'json-schema': entities.SchemaType.JSONSCHEMA,
} as const satisfies Record<SchemaKind, entities.SchemaType>;

/** The definition tells its kind, to us and to every data plane; whoever says the other one meant something else. */
function checkKind(said: entities.SchemaType | undefined, kind: SchemaKind): void {
  const other = kind === 'avro' ? schemaTypes['json-schema'] : schemaTypes.avro;
  if (said !== other) return;
  const [is, was] = kind === 'avro' ? ['Avro', 'JSON Schema'] : ['JSON Schema', 'Avro'];
  throw invalidArgument(`The schema is said to be ${was}, but its definition is ${is}`);
}

interface Definition {
  readonly definition: string;
  readonly simpleSchema?: entities.Schema_SimpleSchemaDefinition;
}

/** A Simple Schema wins over an Avro text beside it, which is then the one that it gave before. */
function toDefinition(schema: entities.Schema | undefined, name: ContractName): Definition {
  if (schema?.simpleSchema !== undefined) {
    const simple = completeSimpleSchema(toSimpleSchema(schema.simpleSchema), name);
    return { definition: toAvroDefinition(simple, name), simpleSchema: fromSimpleSchema(simple) };
  }
  const definition = schema?.definition ?? '';
  if (definition === '') throw invalidArgument('The schema needs a definition or a simple schema');
  return { definition };
}

/** The deprecated form of personal fields, which some clients still write and read. */
interface PiiFields {
  readonly piiFields: { readonly [field: string]: number };
}

/** Metadata as it was given, or made from `pii_fields` where there is none. */
function toFieldMetadata({ fieldMetadata, ...contract }: entities.DataContract): entities.FieldMetadata[] {
  if (fieldMetadata.length > 0) return fieldMetadata;
  const { piiFields }: PiiFields = contract;
  return mirrorPiiFields(piiFields, []).map(({ fieldName, isPii, purposeLevel }) =>
    entities.FieldMetadata.create({ fieldName, personalDataConfig: { isPii, purposeLevel } }),
  );
}

function toPiiFields(fieldMetadata: readonly entities.FieldMetadata[]): PiiFields {
  const personal = fieldMetadata.map(toField).filter(({ isPii }) => isPii);
  return {
    piiFields: Object.fromEntries(personal.map(({ fieldName, purposeLevel }) => [fieldName, purposeLevel])),
  };
}

function toField({ fieldName, personalDataConfig }: entities.FieldMetadata): FieldMetadata {
  const { isPii = false, isQuasiId = false, purposeLevel = 0 } = personalDataConfig ?? {};
  return { fieldName, isPii, isQuasiId, purposeLevel };
}

function sentence(problems: readonly string[]): string {
  const text = problems.join('; ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
