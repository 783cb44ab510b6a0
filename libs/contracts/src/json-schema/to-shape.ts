import { DefinitionError } from '../errors.ts';
import type { FieldShape, RecordShape, Shape } from '../shape.ts';
import type { JsonType, PlainKeywords, PlainSchema } from './plain-schema.ts';
import { isObject, jsonTypes } from './plain-schema.ts';

/**
 * The fields that a JSON Schema guarantees, in the words of the other schemas, for field paths and checks: whatever is
 * found at a path of it is of the shape said here, or the event is not valid. Only what is asserted without a condition
 * counts (`type`, `properties`, `items`, `allOf`); `anyOf` and `oneOf` of null and one more is an optional value.
 * @throws DefinitionError when it is not the schema of an object with `strmMeta`
 */
export function toShape(schema: PlainSchema, title: string): RecordShape {
  const shape = shapeOf([schema], title);
  if (shape.kind !== 'record') {
    throw new DefinitionError(["the JSON Schema of an event must have the type 'object', and properties"]);
  }
  const problems = checkMeta(shape, schema);
  if (problems.length > 0) throw new DefinitionError(problems);
  return shape;
}

/** @param schemas all of which hold for the value */
function shapeOf(schemas: readonly PlainSchema[], name: string): Shape {
  const all = schemas.flatMap(flatten);
  const optional = optionalPart(all);
  if (optional !== undefined) return optionalShape(shapeOf([optional], name));

  const typed = all.flatMap(({ type }) => (type === undefined ? [] : [type]));
  const accepted = jsonTypes.filter((each) => typed.every((list) => accepts(list, each)));
  const types = accepted.filter((type) => type !== 'integer' || !accepted.includes('number'));
  if (typed.length === 0 || types.length === 0) return unionOf(types);
  const [only, ...others] = types.filter((type) => type !== 'null');
  if (others.length > 0) return unionOf(types);
  if (only === undefined) return { kind: 'null' };
  const shape = single(only, all, name);
  return types.includes('null') ? optionalShape(shape) : shape;
}

const accepts = (list: readonly JsonType[], type: JsonType): boolean =>
  list.includes(type) || (type === 'integer' && list.includes('number'));

function flatten(schema: PlainSchema): readonly PlainKeywords[] {
  if (typeof schema === 'boolean') return [];
  return [schema, ...(schema.allOf ?? []).flatMap(flatten)];
}

const listOf = (schema: PlainSchema | undefined): readonly PlainSchema[] =>
  schema === undefined ? [] : [schema];

const own = (named: Readonly<Record<string, PlainSchema>>, name: string): PlainSchema | undefined =>
  Object.hasOwn(named, name) ? named[name] : undefined;

/** The one schema beside null, where that is all that is said. */
function optionalPart(all: readonly PlainKeywords[]): PlainSchema | undefined {
  const [only, ...others] = all;
  if (only === undefined || others.length > 0 || only.type !== undefined) return undefined;
  const branches = only.anyOf ?? only.oneOf ?? [];
  const rest = branches.filter((branch) => !isNull(branch));
  return branches.length === 2 && rest.length === 1 ? rest[0] : undefined;
}

function isNull(schema: PlainSchema): boolean {
  return isObject(schema) && Array.isArray(schema.type) && schema.type.every((type) => type === 'null');
}

function optionalShape(shape: Shape): Shape {
  if (shape.kind === 'null') return shape;
  const branches = shape.kind === 'union' ? shape.branches : [shape];
  return { kind: 'union', branches: [{ kind: 'null' }, ...branches.filter(({ kind }) => kind !== 'null')] };
}

function single(type: JsonType, all: readonly PlainKeywords[], name: string): Shape {
  switch (type) {
    case 'array': {
      if (all.some(({ prefixItems }) => prefixItems !== undefined)) return { kind: 'array', items: anything };
      return {
        kind: 'array',
        items: shapeOf(
          all.flatMap(({ items }) => listOf(items)),
          name,
        ),
      };
    }
    case 'object': {
      const fields = toFields(all);
      return fields.length === 0 ? { kind: 'map', values: anything } : { kind: 'record', name, fields };
    }
    default:
      return { kind: scalars[type] };
  }
}

const scalars = {
  null: 'null',
  boolean: 'boolean',
  integer: 'long',
  number: 'double',
  string: 'string',
} as const;

function toFields(all: readonly PlainKeywords[]): readonly FieldShape[] {
  const names = new Set(all.flatMap(({ properties = {} }) => Object.keys(properties)));
  return [...names].map((name) => ({
    name,
    shape: shapeOf(
      all.flatMap(({ properties = {} }) => listOf(own(properties, name))),
      name,
    ),
  }));
}

function unionOf(types: readonly JsonType[]): Shape {
  return {
    kind: 'union',
    branches: types.map((type): Shape => {
      if (type === 'array') return { kind: 'array', items: scalarsOnly };
      return type === 'object' ? { kind: 'map', values: scalarsOnly } : { kind: scalars[type] };
    }),
  };
}

/** What a schema that says nothing lets be, as far as words for it go. */
const scalarsOnly: Shape = {
  kind: 'union',
  branches: Object.values(scalars).map((kind) => ({ kind })),
};
const anything: Shape = unionOf(jsonTypes);

const metaFields: Readonly<
  Record<string, { readonly text: string; readonly fits: (shape: Shape) => boolean }>
> = {
  eventContractRef: { text: 'string', fits: ({ kind }) => kind === 'string' },
  consentLevels: {
    text: 'array of integer',
    fits: (shape) => shape.kind === 'array' && shape.items.kind === 'long',
  },
};

/** What the gateway fills in; where a schema does not name them it must let them be. */
const filledFields: typeof metaFields = {
  nonce: { text: 'integer, or null', fits: (shape) => includes(shape, 'long', 'double') },
  timestamp: { text: 'integer, or null', fits: (shape) => includes(shape, 'long', 'double') },
  keyLink: { text: 'string, or null', fits: (shape) => includes(shape, 'string') },
};

function includes(shape: Shape, ...kinds: readonly Shape['kind'][]): boolean {
  const branches = shape.kind === 'union' ? shape.branches : [shape];
  return branches.some(({ kind }) => kinds.includes(kind));
}

function checkMeta(event: RecordShape, schema: PlainSchema): string[] {
  const meta = event.fields.find(({ name }) => name === 'strmMeta')?.shape;
  if (meta === undefined) return ["the schema has no property 'strmMeta', which every event carries"];
  if (meta.kind !== 'record') return ["the property 'strmMeta' must be an object with properties"];
  const closed = isClosed(schema);
  const check = (fields: typeof metaFields, isNeeded: boolean) =>
    Object.entries(fields).flatMap(([name, { text, fits }]) => {
      const field = meta.fields.find((each) => each.name === name);
      if (field !== undefined)
        return fits(field.shape) ? [] : [`the property 'strmMeta/${name}' must be ${text}`];
      return isNeeded ? [`the property 'strmMeta/${name}' is missing`] : [];
    });
  return [...check(metaFields, true), ...check(filledFields, closed)];
}

/** Whether `strmMeta` takes nothing but the properties that it names. */
function isClosed(schema: PlainSchema): boolean {
  const metas = flatten(schema).flatMap(({ properties }) => listOf(own(properties ?? {}, 'strmMeta')));
  return metas
    .flatMap(flatten)
    .some(({ additionalProperties = true, unevaluatedProperties = true }) =>
      [additionalProperties, unevaluatedProperties].some((rest) => rest !== true),
    );
}
