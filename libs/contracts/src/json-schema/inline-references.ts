import { requireWithin } from '../definition-limits.ts';
import { DefinitionError } from '../errors.ts';
import type { PlainSchema } from './plain-schema.ts';
import { isJsonType, isObject } from './plain-schema.ts';

const maxDepth = 64;

const withSchema = new Set([
  'additionalProperties',
  'contains',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
]);
const withSchemas = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const withNamedSchemas = new Set(['dependentSchemas', 'patternProperties', 'properties']);
const withValue = new Set([
  'const',
  'dependentRequired',
  'enum',
  'exclusiveMaximum',
  'exclusiveMinimum',
  'maxContains',
  'maxItems',
  'maxLength',
  'maxProperties',
  'maximum',
  'minContains',
  'minItems',
  'minLength',
  'minProperties',
  'minimum',
  'multipleOf',
  'pattern',
  'required',
]);
const refused: Readonly<Record<string, string>> = {
  $dynamicRef: 'only $ref to a place in the same schema is run',
  $recursiveRef: 'only $ref to a place in the same schema is run',
  dependencies: 'use dependentRequired or dependentSchemas',
};

/**
 * The schema with every `$ref` replaced by what it refers to, and with nothing in it but the assertions that we know:
 * no reference, identifier, annotation or extension reaches the validator. `format` is an annotation, as in draft
 * 2020-12. References are JSON pointers into the same document that don't lead back to themselves, so that checking an
 * event takes time in proportion to the event.
 * @returns the schema, and how many parts it consists of
 * @throws DefinitionError
 */
export function inlineReferences(root: unknown): { readonly schema: PlainSchema; readonly parts: number } {
  const inliner = new Inliner(root);
  const schema = inliner.schema(root, '#', 0);
  return { schema, parts: inliner.parts };
}

class Inliner {
  readonly #root: unknown;
  /** The pointers that are being replaced. */
  readonly #open = new Set(['#']);
  #schemas = 0;
  #parts = 0;

  constructor(root: unknown) {
    this.#root = root;
  }

  get parts(): number {
    return this.#parts;
  }

  schema(json: unknown, at: string, depth: number): PlainSchema {
    this.#schemas += 1;
    requireWithin('jsonSchemaSchemas', this.#schemas);
    this.#count(1);
    if (depth > maxDepth) throw problem(at, `nests deeper than ${maxDepth} levels`);
    if (typeof json === 'boolean') return json;
    if (!isObject(json)) throw problem(at, 'must be a schema: an object, true or false');
    const own = this.#keywords(json, at, depth);
    if (!Object.hasOwn(json, '$ref')) return own;
    const target = this.#follow(json['$ref'], at, depth);
    return Object.keys(own).length === 0 ? target : { allOf: [target, own] };
  }

  #keywords(json: Readonly<Record<string, unknown>>, at: string, depth: number) {
    const plain: Record<string, unknown> = {};
    for (const [keyword, value] of Object.entries(modernised(json))) {
      const here = `${at}/${keyword}`;
      const reason = Object.hasOwn(refused, keyword) ? refused[keyword] : undefined;
      if (reason !== undefined) throw problem(here, `is not supported: ${reason}`);
      if (keyword === '$id' && at !== '#') throw problem(here, 'is supported at the root alone');
      if (keyword === 'type') plain[keyword] = typesOf(value, here);
      else if (keyword === 'uniqueItems') {
        if (value === true) checkUnique(json['items'], here);
        plain[keyword] = value;
      } else if (withSchema.has(keyword)) plain[keyword] = this.schema(value, here, depth + 1);
      else if (withSchemas.has(keyword)) plain[keyword] = this.#list(value, here, depth);
      else if (withNamedSchemas.has(keyword)) plain[keyword] = this.#named(value, here, depth);
      else if (withValue.has(keyword)) {
        if (Array.isArray(value)) this.#count(value.length);
        plain[keyword] = value;
      }
    }
    return plain;
  }

  #list(json: unknown, at: string, depth: number): PlainSchema[] {
    if (!Array.isArray(json)) throw problem(at, 'must be a list of schemas');
    return json.map((each, index) => this.schema(each, `${at}/${index}`, depth + 1));
  }

  #named(json: unknown, at: string, depth: number): Record<string, PlainSchema> {
    if (!isObject(json)) throw problem(at, 'must be an object of schemas');
    // Plain objects hold events, and this name would reach their prototype.
    if (Object.hasOwn(json, '__proto__')) throw problem(at, "cannot name a field '__proto__'");
    return Object.fromEntries(
      Object.entries(json).map(([name, each]) => [name, this.schema(each, `${at}/${name}`, depth + 1)]),
    );
  }

  #follow(ref: unknown, at: string, depth: number): PlainSchema {
    const here = `${at}/$ref`;
    if (typeof ref !== 'string' || !ref.startsWith('#')) {
      throw problem(here, 'must be a JSON pointer into the same schema (#/…); nothing is fetched');
    }
    if (this.#open.has(ref))
      throw problem(here, `refers back to itself ('${ref}'): events could nest without end`);
    const target = resolve(this.#root, ref);
    if (target === undefined) throw problem(here, `refers to '${ref}', which is not in the schema`);
    this.#open.add(ref);
    const schema = this.schema(target, ref, depth + 1);
    this.#open.delete(ref);
    return schema;
  }

  #count(more: number): void {
    this.#parts += more;
    requireWithin('jsonSchemaParts', this.#parts);
  }
}

/** `items` as a list, which drafts before 2020-12 have, in today's words. */
function modernised(json: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { additionalItems, ...rest } = json;
  const { items } = rest;
  if (!Array.isArray(items)) return rest;
  return { ...rest, prefixItems: items, items: additionalItems ?? true };
}

function typesOf(value: unknown, at: string): readonly string[] {
  const types: readonly unknown[] = Array.isArray(value) ? value : [value];
  const known = types.filter(isJsonType);
  if (known.length < types.length || known.length === 0) throw problem(at, 'must be JSON types');
  return [...new Set(known)];
}

/** Lists of objects are compared each with each, which takes time that grows with the square. */
function checkUnique(items: unknown, at: string): void {
  const types = isObject(items) ? [items['type']].flat() : [];
  if (
    types.length === 0 ||
    !types.every((type) => isJsonType(type) && type !== 'object' && type !== 'array')
  ) {
    throw problem(at, 'needs items of simple types (string, number, …), declared beside it');
  }
}

function resolve(root: unknown, ref: string): unknown {
  let found = root;
  for (const part of ref.slice(1).split('/').slice(1)) {
    const name = decode(part).replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[name];
  }
  return ref === '#' || ref.startsWith('#/') ? found : undefined;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function problem(at: string, text: string): DefinitionError {
  return new DefinitionError([`the JSON Schema at '${at.slice(0, 200)}' ${text}`]);
}
