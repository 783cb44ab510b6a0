import { z } from 'zod';

/**
 * What the next object of a partition is going to be: offsets `start` up to but not including `end`, under `key`.
 * It is committed before the object is written, so that a restart writes the same object and no other.
 */
export interface ExportPlan {
  readonly key: string;
  readonly boundary: number;
  readonly start: number;
  readonly end: number;
  /** Of the object's bytes, in hex: tells this exporter's object from somebody else's under the same key. */
  readonly sha256: string;
}

/** What the commit metadata of a partition says. */
export type ExportProgress =
  | { readonly state: 'fresh' }
  | { readonly state: 'planned'; readonly plan: ExportPlan }
  | { readonly state: 'done'; readonly boundary: number };

const metadataSchema = z.union([
  z.strictObject({
    plan: z.strictObject({
      key: z.string().min(1),
      boundary: z.int(),
      end: z.int().nonnegative(),
      sha256: z.string().length(64),
    }),
  }),
  z.strictObject({ done: z.int() }),
]);

/** Commit metadata that announces a plan; its start is the committed offset itself. */
export function planMetadata({ key, boundary, end, sha256 }: ExportPlan): string {
  return JSON.stringify({ plan: { key, boundary, end, sha256 } });
}

/** Commit metadata that tells the boundary of the last object written. */
export function doneMetadata(boundary: number): string {
  return JSON.stringify({ done: boundary });
}

/** Commit metadata that is none of ours: somebody else wrote into this consumer group. */
export class ForeignMetadataError extends Error {
  override readonly name = 'ForeignMetadataError';
  readonly offset: number;

  constructor(offset: number) {
    super(`the metadata of the offset committed at ${offset} was not written by a batch exporter`);
    this.offset = offset;
  }
}

/**
 * Reads what a committed offset says.
 * @throws ForeignMetadataError
 */
export function readProgress(offset: number, metadata: string | undefined): ExportProgress {
  if (metadata === undefined || metadata === '') return { state: 'fresh' };
  const parsed = metadataSchema.safeParse(parseJson(metadata));
  if (!parsed.success) throw new ForeignMetadataError(offset);
  if ('done' in parsed.data) return { state: 'done', boundary: parsed.data.done };
  const plan = { ...parsed.data.plan, start: offset };
  if (plan.end <= plan.start) throw new ForeignMetadataError(offset);
  return { state: 'planned', plan };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
