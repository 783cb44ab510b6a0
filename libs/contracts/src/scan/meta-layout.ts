import type { RecordShape, Shape } from '../shape.ts';
import { optionalOf } from '../shape.ts';

/** The branch of each optional field of `strmMeta` that stands for null; the other one holds a value. */
export interface MetaLayout {
  readonly nonce: number;
  readonly timestamp: number;
  readonly keyLink: number;
  /** Old schemas have this field. */
  readonly billingId: number | undefined;
}

/** Undefined where a field that the gateway fills in is not of null and one more type. */
export function metaLayoutOf(event: RecordShape): MetaLayout | undefined {
  const meta = event.fields.find(({ name }) => name === 'strmMeta')?.shape;
  if (meta?.kind !== 'record') return undefined;
  const shapeOf = (name: string): Shape | undefined =>
    meta.fields.find((field) => field.name === name)?.shape;
  const [nonce, timestamp, keyLink] = ['nonce', 'timestamp', 'keyLink'].map((name) =>
    nullBranchOf(shapeOf(name)),
  );
  const billing = shapeOf('billingId');
  const billingId = nullBranchOf(billing);
  if (nonce === undefined || timestamp === undefined || keyLink === undefined) return undefined;
  if (billing !== undefined && billingId === undefined) return undefined;
  return { nonce, timestamp, keyLink, billingId };
}

function nullBranchOf(shape: Shape | undefined): number | undefined {
  if (shape?.kind !== 'union' || optionalOf(shape) === undefined) return undefined;
  return shape.branches.findIndex(({ kind }) => kind === 'null');
}
