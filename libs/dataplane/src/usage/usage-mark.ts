import type { NamedStream } from '@ccd/controlplane';
import type { RecordToAppend } from '@ccd/eventlog';
import { text } from '@ccd/service';
import { z } from 'zod';

/** Settings of everything that counts events. */
export const usageSettings = {
  USAGE_TOPIC: text().default('billing').describe('Topic with the counts of events'),
} as const;

/**
 * How many events a source stream has taken in so far, as its topic says: their offsets follow each other without a gap.
 * A mark says it all again, so that one that is lost, late or there twice does no harm.
 */
export interface UsageMark {
  /** Installations may share a log. */
  readonly installationId: string;
  readonly stream: NamedStream;
  readonly events: number;
  /** Between these two times the last of them came: milliseconds since the epoch. */
  readonly since: number;
  readonly at: number;
}

/** What a Date can hold. */
const time = z.int().min(0).max(8.64e15);

const markSchema: z.ZodType<UsageMark> = z.object({
  installationId: z.string(),
  stream: z.object({ uuid: z.string(), name: z.string(), projectId: z.string() }),
  events: z.int().min(0),
  since: time,
  at: time,
});

/** The record of a mark: JSON, keyed by the stream, so that a compacted topic keeps the newest of each. */
export const encodeUsageMark = (mark: UsageMark): Pick<RecordToAppend, 'key' | 'value'> => ({
  key: Buffer.from(mark.stream.uuid),
  value: Buffer.from(JSON.stringify(mark)),
});

/** The mark in a record's value; undefined where it holds none. */
export function decodeUsageMark(value: Buffer | null): UsageMark | undefined {
  if (value === null) return undefined;
  try {
    return markSchema.safeParse(JSON.parse(value.toString())).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
