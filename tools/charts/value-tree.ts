import { z } from 'zod';
import { ofHelm } from './values/charts.ts';

/** One value of a chart, or a section of them. */
export interface ValueNode {
  readonly path: readonly string[];
  readonly meaning: string;
  /** Undefined for a section. */
  readonly otherwise: unknown;
  readonly accepts: string | undefined;
  readonly children: readonly ValueNode[];
}

interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
}

/** The schema that Helm judges values by: whoever misspells a name is told. */
export function toHelmSchema(schema: z.ZodType): Schema {
  const generated = z.toJSONSchema(schema, { io: 'input', target: 'draft-7', unrepresentable: 'any' });
  return JSON.parse(JSON.stringify(generated)) as Schema;
}

/** The values of a schema as a tree, in its order. */
export function toValueTree(schema: Schema): readonly ValueNode[] {
  return childrenOf(schema, []).filter(({ path: [name = ''] }) => !(name in ofHelm));
}

function childrenOf({ properties = {} }: Schema, path: readonly string[]): readonly ValueNode[] {
  return Object.entries(properties).map(([name, schema]) => {
    const here = [...path, name];
    const isSection = schema.properties !== undefined;
    return {
      path: here,
      meaning: schema.description ?? '',
      otherwise: isSection ? undefined : schema.default,
      accepts: schema.enum?.map((each) => (each === '' ? "''" : String(each))).join(', '),
      children: isSection ? childrenOf(schema, here) : [],
    };
  });
}

/** `values.yaml`: every value with its default, and its meaning above it. */
export function toValuesYaml(nodes: readonly ValueNode[], depth = 0): string {
  const indent = '  '.repeat(depth);
  return nodes
    .map((node) => {
      const name = node.path.at(-1) ?? '';
      const comment = `${indent}# ${node.meaning}${node.accepts === undefined ? '' : `: one of ${node.accepts}`}\n`;
      const space = depth === 0 ? '\n' : '';
      if (node.children.length === 0)
        return `${space}${comment}${indent}${name}: ${toYaml(node.otherwise, depth)}\n`;
      return `${space}${comment}${indent}${name}:\n${toValuesYaml(node.children, depth + 1)}`;
    })
    .join('');
}

/** JSON is YAML; people read blocks more easily. */
function toYaml(value: unknown, depth: number): string {
  const indent = '  '.repeat(depth + 1);
  if (typeof value !== 'object' || value === null) return toScalar(value);
  const entries = Object.entries(value);
  if (Array.isArray(value)) {
    return value.length === 0
      ? '[]'
      : value.map((each) => `\n${indent}- ${toYaml(each, depth + 1)}`).join('');
  }
  if (entries.length === 0) return '{}';
  return entries.map(([name, each]) => `\n${indent}${name}: ${toYaml(each, depth + 1)}`).join('');
}

function toScalar(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return value === '' ||
    value.includes("'") ||
    /^[\d.*&!@%`{["]|[:#]|^(?:true|false|null|yes|no|on|off)$/.test(value)
    ? `'${value.replaceAll("'", "''")}'`
    : value;
}

/** The values as a table of a README. */
export function toTable(nodes: readonly ValueNode[]): string {
  const rows = leavesOf(nodes).map(({ path, otherwise, meaning, accepts }) => [
    `\`${path.join('.')}\``,
    otherwise === '' ? '' : `\`${JSON.stringify(otherwise)}\``,
    accepts === undefined ? meaning : `${meaning}: one of ${accepts}`,
  ]);
  return [['Value', 'Default', 'Meaning'], ['---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}

const leavesOf = (nodes: readonly ValueNode[]): readonly ValueNode[] =>
  nodes.flatMap((node) => (node.children.length === 0 ? [node] : leavesOf(node.children)));
