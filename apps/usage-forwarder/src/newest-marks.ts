import type { UsageMark } from '@ccd/dataplane';
import { decodeUsageMark } from '@ccd/dataplane';
import type { StoredRecord } from '@ccd/eventlog';

/**
 * What the marks of each stream of this installation come to: the greatest count, since several gateways write and an
 * older look may arrive later, over the whole time that they tell of.
 */
export function newestMarks(
  records: readonly Pick<StoredRecord, 'value'>[],
  installationId: string,
): readonly UsageMark[] {
  const newest = new Map<string, UsageMark>();
  for (const { value } of records) {
    const mark = decodeUsageMark(value);
    if (mark?.installationId !== installationId) continue;
    const before = newest.get(mark.stream.uuid);
    newest.set(mark.stream.uuid, before === undefined ? mark : join(before, mark));
  }
  return [...newest.values()];
}

const join = (one: UsageMark, other: UsageMark): UsageMark => ({
  ...one,
  events: Math.max(one.events, other.events),
  since: Math.min(one.since, other.since),
  at: Math.max(one.at, other.at),
});
