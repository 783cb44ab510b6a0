import avro from 'avsc';
import { checkAvroLimits } from './avro-limits.ts';
import { requireWithin } from './definition-limits.ts';
import { DefinitionError } from './errors.ts';
import type { FieldShape, RecordShape, Shape } from './shape.ts';
import type { SchemaKind } from './types.ts';

/**
 * Reads the text of an Avro schema of events: a record that carries `strmMeta`.
 * Attributes that Avro does not know are left alone, the text stays the definition.
 * @throws DefinitionError
 */
export function parseAvroDefinition(text: string): RecordShape {
  const shape = parseAvro(text);
  if (shape.kind !== 'record') throw new DefinitionError(['the schema of an event must be a record']);
  const problems = checkMeta(shape);
  if (problems.length > 0) throw new DefinitionError(problems);
  return shape;
}

/**
 * Reads the text of any Avro schema.
 * @throws DefinitionError
 */
export function parseAvro(text: string): Shape {
  return buildShape(exported(text), new Map());
}

/** avsc checks the schema and gives it back with full names, defined once and referred to afterwards. */
function exported(text: string): unknown {
  requireWithin('schemaLength', text.length);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new DefinitionError([`the schema is not JSON: ${messageOf(error)}`], { cause: error });
  }
  checkAvroLimits(json);
  try {
    return avro.Type.forSchema(json as avro.Schema, { wrapUnions: true }).schema({ exportAttrs: true });
  } catch (error) {
    throw new DefinitionError([`the schema is not valid Avro: ${messageOf(error)}`], { cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}

type SchemaJson = Readonly<Record<string, unknown>>;

function buildShape(schema: unknown, named: Map<string, Shape>): Shape {
  if (typeof schema === 'string') {
    const known = named.get(schema);
    return known ?? { kind: schema as 'string' };
  }
  if (Array.isArray(schema)) {
    return { kind: 'union', branches: schema.map((branch) => buildShape(branch, named)) };
  }
  const json = schema as SchemaJson;
  const name = String(json['name']);
  switch (json['type']) {
    case 'record':
    case 'error':
      return buildRecord(name, json['fields'] as readonly SchemaJson[], named);
    case 'enum':
      return remember(named, name, { kind: 'enum', name, symbols: json['symbols'] as string[] });
    case 'fixed':
      return remember(named, name, { kind: 'fixed', name, size: Number(json['size']) });
    case 'array':
      return { kind: 'array', items: buildShape(json['items'], named) };
    case 'map':
      return { kind: 'map', values: buildShape(json['values'], named) };
    default:
      // A primitive with attributes, such as a logical type.
      return buildShape(json['type'], named);
  }
}

function buildRecord(name: string, fields: readonly SchemaJson[], named: Map<string, Shape>): RecordShape {
  const built: FieldShape[] = [];
  const record = { kind: 'record', name, fields: built } as const;
  // Known before its fields are, since they may refer to it.
  remember(named, name, record);
  for (const field of fields) {
    const fieldName = String(field['name']);
    // Plain objects hold events, and this name would reach their prototype.
    if (fieldName === '__proto__') throw new DefinitionError(["a field cannot be named '__proto__'"]);
    const shape = buildShape(field['type'], named);
    built.push({
      name: fieldName,
      shape,
      ...('default' in field ? { default: { json: field['default'] } } : {}),
    });
  }
  return record;
}

function remember<S extends Shape>(named: Map<string, Shape>, name: string, shape: S): S {
  named.set(name, shape);
  return shape;
}

const metaFields: Readonly<Record<string, (shape: Shape) => boolean>> = {
  eventContractRef: ({ kind }) => kind === 'string',
  nonce: (shape) => isOptional(shape, 'int'),
  timestamp: (shape) => isOptional(shape, 'long'),
  keyLink: (shape) => isOptional(shape, 'string'),
  billingId: (shape) => isOptional(shape, 'string'),
  consentLevels: (shape) => shape.kind === 'array' && shape.items.kind === 'int',
};

const metaTypes: Readonly<Record<string, string>> = {
  eventContractRef: 'string',
  nonce: 'null or int',
  timestamp: 'null or long',
  keyLink: 'null or string',
  billingId: 'null or string',
  consentLevels: 'array of int',
};

function isOptional(shape: Shape, kind: Shape['kind']): boolean {
  return (
    shape.kind === 'union' && shape.branches.every((branch) => branch.kind === 'null' || branch.kind === kind)
  );
}

function checkMeta(event: RecordShape): string[] {
  const meta = event.fields.find(({ name }) => name === 'strmMeta')?.shape;
  if (meta === undefined) return ["the schema has no field 'strmMeta', which every event carries"];
  if (meta.kind !== 'record') return ["the field 'strmMeta' must be a record"];
  return Object.entries(metaFields).flatMap(([name, fits]) => {
    const field = meta.fields.find((each) => each.name === name);
    if (field === undefined) return name === 'billingId' ? [] : [`the field 'strmMeta/${name}' is missing`];
    return fits(field.shape) ? [] : [`the field 'strmMeta/${name}' must be ${metaTypes[name] ?? ''}`];
  });
}

/**
 * Tells the two kinds of raw schema text apart, by the text alone; Simple Schemas come as messages of their own.
 * What is neither counts as Avro, whose reader says what is wrong with it.
 */
export function detectSchemaKind(text: string): SchemaKind {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'avro';
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return 'avro';
  const { type } = json as Readonly<Record<string, unknown>>;
  if (type === 'record') return 'avro';
  const isJsonSchema = type === 'object' || ownKeywords.some((keyword) => Object.hasOwn(json, keyword));
  return isJsonSchema ? 'json-schema' : 'avro';
}

/** Keywords at the root of a JSON Schema that no Avro schema has. */
const ownKeywords = ['$schema', '$id', '$ref', '$defs', 'properties', 'allOf', 'anyOf', 'oneOf'];
