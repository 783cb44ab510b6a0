import type { TopicPartition } from '@ccd/eventlog';

export type ExportContent = 'events' | 'keys';

const extensions = { events: 'jsonl', keys: 'csv' } as const satisfies Record<ExportContent, string>;

/**
 * The key of one exported object: `<prefix>/<UTC yyyy-MM-ddTHH:mm:ss>-<topic>---<partition>.<ext>`.
 * @param boundary end of the interval, milliseconds since the epoch
 */
export function objectKey(
  prefix: string,
  boundary: number,
  { topic, partition }: TopicPartition,
  content: ExportContent,
): string {
  const time = new Date(boundary).toISOString().slice(0, 'yyyy-MM-ddTHH:mm:ss'.length);
  const name = `${time}-${topic}---${partition}.${extensions[content]}`;
  return prefix === '' ? name : `${prefix}/${name}`;
}
