import type { ContractName } from './avro-names.ts';
import { defaultNamespace, toAvroName } from './avro-names.ts';
import { DefinitionError } from './errors.ts';

export type SimpleNodeType = 'STRING' | 'BOOLEAN' | 'FLOAT' | 'INTEGER' | 'LONG' | 'NODE';

/** A field, or a group of fields, of a Simple Schema. */
export interface SimpleNode {
  readonly type: SimpleNodeType;
  readonly name: string;
  /** Derived from the name where it is empty or absent. */
  readonly avroName?: string;
  readonly repeated: boolean;
  readonly required: boolean;
  readonly doc?: string;
  readonly nodes: readonly SimpleNode[];
}

/** A schema as people write it, without Avro's type language. */
export interface SimpleSchema {
  readonly name: string;
  readonly avroName?: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly nodes: readonly SimpleNode[];
}

const maxDefinitionLength = 100_000;
const maxDocLength = 5_000;
const avroNamePattern = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const namespacePattern = /^[a-zA-Z_][a-zA-Z0-9_]*(\.[a-zA-Z_][a-zA-Z0-9_]*)*$/;
const namePattern = /^[^\p{C}]+$/u;

/**
 * The same schema with every derived name written out, as it is read back.
 * @throws DefinitionError that lists every problem with the path of its node
 */
export function completeSimpleSchema(schema: SimpleSchema, contract: ContractName): SimpleSchema {
  const problems: string[] = [];
  if (JSON.stringify(schema).length >= maxDefinitionLength) {
    problems.push(`a simple schema has fewer than ${maxDefinitionLength} characters`);
  }
  const completed = {
    ...schema,
    avroName: nameOf(schema),
    namespace: schema.namespace ? schema.namespace : defaultNamespace(contract),
    nodes: schema.nodes.map((node) => completeNode(node)),
  };
  if (!namespacePattern.test(completed.namespace)) {
    problems.push(`the namespace '${completed.namespace}' must be Avro names joined by dots`);
  }
  checkNames(completed, '', problems);
  if (completed.nodes.length === 0) problems.push('a simple schema has at least one node');
  checkNodes(completed.nodes, '', problems);
  if (problems.length > 0) throw new DefinitionError(problems);
  return completed;
}

function completeNode(node: SimpleNode): SimpleNode {
  return { ...node, avroName: nameOf(node), nodes: node.nodes.map(completeNode) };
}

function nameOf({ name, avroName }: { name: string; avroName?: string }): string {
  return avroName ? avroName : toAvroName(name);
}

function checkNames(
  { name, avroName = '', doc = '' }: Pick<SimpleNode, 'name' | 'avroName' | 'doc'>,
  path: string,
  problems: string[],
): void {
  const where = path === '' ? 'the schema' : `the node '${path}'`;
  if (!namePattern.test(name)) problems.push(`the name of ${where} is empty or has control characters`);
  else if (!avroNamePattern.test(avroName)) {
    problems.push(`${where} needs an avro name of letters, digits and underscores ('${avroName}' is none)`);
  }
  if (doc.length > maxDocLength)
    problems.push(`the doc of ${where} is longer than ${maxDocLength} characters`);
}

function checkNodes(nodes: readonly SimpleNode[], parent: string, problems: string[]): void {
  const taken = new Set(parent === '' ? ['strmMeta'] : []);
  for (const node of nodes) {
    const path = parent === '' ? node.name : `${parent}/${node.name}`;
    checkNames(node, path, problems);
    const avroName = node.avroName ?? '';
    if (taken.has(avroName)) problems.push(`the avro name '${avroName}' of the node '${path}' is taken`);
    taken.add(avroName);
    if (node.type === 'NODE' && node.nodes.length === 0) {
      problems.push(`the node '${path}' of type NODE has no nodes of its own`);
    }
    if (node.type !== 'NODE' && node.nodes.length > 0) {
      problems.push(`the node '${path}' of type ${node.type} cannot have nodes of its own`);
    }
    checkNodes(node.nodes, path, problems);
  }
}

type AvroJson = string | readonly AvroJson[] | { readonly [key: string]: AvroJson | null };

const scalars: Readonly<Record<Exclude<SimpleNodeType, 'NODE'>, string>> = {
  STRING: 'string',
  BOOLEAN: 'boolean',
  FLOAT: 'float',
  INTEGER: 'int',
  LONG: 'long',
};

/**
 * The Avro schema of a Simple Schema, as text: `strmMeta` first, then the nodes in their order. Optional nodes are
 * unions with null that default to null; an optional repeated one is such a union around its list, so that absent and
 * empty stay two things. Records nest in sub-namespaces, so that equal names in different places don't collide.
 * @throws DefinitionError
 */
export function toAvroDefinition(schema: SimpleSchema, contract: ContractName): string {
  const { avroName = '', namespace = '', doc, nodes } = completeSimpleSchema(schema, contract);
  return JSON.stringify({
    type: 'record',
    name: avroName,
    namespace,
    ...documented(doc),
    fields: [metaField(`${namespace}.strmmeta`), ...nodes.map((node) => toField(node, namespace))],
  });
}

function toField(
  { avroName = '', required, repeated, doc, ...node }: SimpleNode,
  namespace: string,
): AvroJson {
  const single = node.type === 'NODE' ? toRecord(avroName, node.nodes, namespace) : scalars[node.type];
  const type = repeated ? { type: 'array', items: single } : single;
  return {
    name: avroName,
    type: required ? type : ['null', type],
    ...documented(doc),
    ...(required ? {} : { default: null }),
  };
}

function toRecord(name: string, nodes: readonly SimpleNode[], parent: string): AvroJson {
  const namespace = `${parent}.${name.toLowerCase()}`;
  return { type: 'record', name, namespace, fields: nodes.map((node) => toField(node, namespace)) };
}

function documented(doc: string | undefined): { readonly doc?: string } {
  return doc ? { doc } : {};
}

/** What every event carries for the system, in the same form as hand-written schemas have it. */
export function metaField(namespace: string): AvroJson {
  const optional = (name: string, type: string): AvroJson => ({ name, type: ['null', type], default: null });
  return {
    name: 'strmMeta',
    type: {
      type: 'record',
      name: 'StrmMeta',
      namespace,
      fields: [
        { name: 'eventContractRef', type: 'string' },
        optional('nonce', 'int'),
        optional('timestamp', 'long'),
        optional('keyLink', 'string'),
        optional('billingId', 'string'),
        { name: 'consentLevels', type: { type: 'array', items: 'int' } },
      ],
    },
  };
}
