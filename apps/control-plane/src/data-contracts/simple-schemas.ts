import type { SimpleNode, SimpleNodeType, SimpleSchema } from '@ccd/contracts';
import { entities } from '@ccd/protocol';
import { invalidArgument } from '../rpc/status-error.ts';

const nodeTypes: readonly SimpleNodeType[] = ['STRING', 'BOOLEAN', 'FLOAT', 'INTEGER', 'LONG', 'NODE'];

/** @throws StatusError INVALID_ARGUMENT */
export function toSimpleSchema(definition: entities.Schema_SimpleSchemaDefinition): SimpleSchema {
  const { name, avroName, namespace, doc, nodes } = definition;
  return { name, avroName, namespace, doc, nodes: nodes.map(toNode) };
}

function toNode(node: entities.SimpleSchemaNode): SimpleNode {
  const { name, avroName, repeated, required, doc, nodes } = node;
  const type = nodeTypes.find((each) => entities.SimpleSchemaNodeType[each] === node.type);
  if (type === undefined) {
    throw invalidArgument(`The node '${name}' needs a type: one of ${nodeTypes.join(', ')}`);
  }
  return { type, name, avroName, repeated, required, doc, nodes: nodes.map(toNode) };
}

export function fromSimpleSchema(schema: SimpleSchema): entities.Schema_SimpleSchemaDefinition {
  const { name, avroName = '', namespace = '', doc = '', nodes } = schema;
  return { name, avroName, namespace, doc, nodes: nodes.map(fromNode) };
}

function fromNode({ type, avroName = '', doc = '', nodes, ...node }: SimpleNode): entities.SimpleSchemaNode {
  return { ...node, type: entities.SimpleSchemaNodeType[type], avroName, doc, nodes: nodes.map(fromNode) };
}
