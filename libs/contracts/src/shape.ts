/** An Avro schema, resolved: what codecs, paths and checks walk. Records may refer to themselves. */
export type Shape =
  | { readonly kind: 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string' }
  | { readonly kind: 'enum'; readonly name: string; readonly symbols: readonly string[] }
  | { readonly kind: 'fixed'; readonly name: string; readonly size: number }
  | { readonly kind: 'array'; readonly items: Shape }
  | { readonly kind: 'map'; readonly values: Shape }
  | RecordShape
  | UnionShape;

export interface RecordShape {
  readonly kind: 'record';
  readonly name: string;
  readonly fields: readonly FieldShape[];
}

export interface FieldShape {
  readonly name: string;
  readonly shape: Shape;
  /** The schema's default, as JSON; absent where there is none. */
  readonly default?: { readonly json: unknown };
}

export interface UnionShape {
  readonly kind: 'union';
  readonly branches: readonly Shape[];
}

/** The other branch of a union of null and one more; undefined for every other shape. */
export function optionalOf(shape: Shape): Shape | undefined {
  if (shape.kind !== 'union' || shape.branches.length !== 2) return undefined;
  const other = shape.branches.filter(({ kind }) => kind !== 'null');
  return other.length === 1 ? other[0] : undefined;
}

/** How Avro JSON tags a value of this branch in a union. */
export function branchName(shape: Shape): string {
  return 'name' in shape ? shape.name : shape.kind;
}

/** The shape in words, as a person who writes schemas would say it. */
export function describeShape(shape: Shape): string {
  const optional = optionalOf(shape);
  if (optional !== undefined) return `optional ${describeShape(optional)}`;
  switch (shape.kind) {
    case 'array':
      return `list of ${describeShape(shape.items)}`;
    case 'map':
      return `map of ${describeShape(shape.values)}`;
    case 'union':
      return `union of ${shape.branches.map(describeShape).join(', ')}`;
    case 'enum':
    case 'fixed':
    case 'record':
      return `${shape.kind} ${shape.name}`;
    default:
      return shape.kind;
  }
}
