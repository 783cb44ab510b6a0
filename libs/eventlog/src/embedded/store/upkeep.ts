import type { DatabaseSync } from 'node:sqlite';
import type { Catalog, PartitionState, TopicState } from './catalog.ts';
import { recordId } from './records.ts';
import { blobIn, numberIn, rowsOf } from './rows.ts';

/** One step of upkeep does little, so that appends never wait long; it answers whether there is more to do. */
export type UpkeepStep = () => boolean;

const rowsPerStep = 500;
const bytesPerStep = 4 * 1024 * 1024;

export interface Upkeep {
  /** The steps that retention, compaction and deleted topics call for at `now`. */
  steps(now: number): readonly UpkeepStep[];
}

/**
 * Removes what may go: records beyond a topic's retention (oldest first, by the time of the append, which no producer
 * can set), records that a newer one of the same key replaced in a compacted topic, tombstones that have stood for
 * `tombstoneMs`, and the records of deleted topics.
 */
export function createUpkeep(
  db: DatabaseSync,
  catalog: Catalog,
  options: { readonly tombstoneMs: number },
): Upkeep {
  const walk = db.prepare(`
    SELECT id, stored_at, key, value IS NULL AS tombstone,
      coalesce(length(key), 0) + coalesce(length(value), 0) + coalesce(length(headers), 0) AS bytes
    FROM records WHERE id >= ? AND id < ? ORDER BY id LIMIT ${rowsPerStep}
  `);
  const removeRange = db.prepare('DELETE FROM records WHERE id >= ? AND id < ?');
  const removeOne = db.prepare('DELETE FROM records WHERE id = ?');
  const newestOf = db.prepare('SELECT offset FROM newest WHERE partition = ? AND key = ?');
  const setNewest = db.prepare('INSERT OR REPLACE INTO newest (partition, key, offset) VALUES (?, ?, ?)');
  const dropNewest = db.prepare('DELETE FROM newest WHERE partition = ? AND key = ? AND offset = ?');
  const dropAllNewest = db.prepare(
    `DELETE FROM newest WHERE (partition, key) IN (SELECT partition, key FROM newest WHERE partition = ? LIMIT ${rowsPerStep})`,
  );
  const orphans = db.prepare('SELECT id FROM partitions WHERE topic IS NULL');
  const dropPartition = db.prepare('DELETE FROM partitions WHERE id = ?');

  /** The next records of a partition, a step's worth: from `from` and below `to`. */
  function nextRecords(partition: { readonly id: number }, from: number, to: number) {
    const base = recordId(partition, 0);
    const records = [];
    let bytes = 0;
    for (const row of walk.iterate(base + from, base + to)) {
      bytes += numberIn(row, 'bytes');
      records.push({
        offset: numberIn(row, 'id') - base,
        storedAt: numberIn(row, 'stored_at'),
        key: blobIn(row, 'key'),
        tombstone: numberIn(row, 'tombstone') === 1,
      });
      if (bytes > bytesPerStep) break;
    }
    return records;
  }

  function expire(partition: PartitionState, before: number): boolean {
    const records = nextRecords(partition, partition.earliest, partition.next);
    const kept = records.find(({ storedAt }) => storedAt >= before);
    const last = records.at(-1);
    const end = kept?.offset ?? (last === undefined ? partition.next : last.offset + 1);
    if (end === partition.earliest) return false;
    removeRange.run(recordId(partition, partition.earliest), recordId(partition, end));
    partition.earliest = end;
    catalog.touch(partition);
    return kept === undefined && last !== undefined;
  }

  function compact(partition: PartitionState): boolean {
    const records = nextRecords(partition, partition.cleaned, partition.next);
    for (const { offset, key } of records) {
      if (!key) continue;
      const row = newestOf.get(partition.id, key);
      if (row) removeOne.run(recordId(partition, numberIn(row, 'offset')));
      setNewest.run(partition.id, key, offset);
    }
    const last = records.at(-1);
    if (last === undefined) return false;
    partition.cleaned = last.offset + 1;
    catalog.touch(partition);
    return partition.cleaned < partition.next;
  }

  function sweepTombstones(partition: PartitionState, before: number): boolean {
    const records = nextRecords(partition, partition.swept, partition.cleaned);
    const due = records.filter(({ storedAt }) => storedAt < before);
    for (const { offset, key, tombstone } of due) {
      if (!tombstone || !key) continue;
      removeOne.run(recordId(partition, offset));
      dropNewest.run(partition.id, key, offset);
    }
    const last = due.at(-1);
    if (last === undefined) return false;
    partition.swept = last.offset + 1;
    catalog.touch(partition);
    return due.length === records.length;
  }

  /** Removes a step's worth of a deleted topic's partition, which is in no catalog any more. */
  function purge(id: number): boolean {
    const records = nextRecords({ id }, 0, recordId({ id: 1 }, 0));
    const last = records.at(-1);
    if (last !== undefined) {
      removeRange.run(recordId({ id }, 0), recordId({ id }, last.offset + 1));
      return true;
    }
    if (Number(dropAllNewest.run(id).changes) > 0) return true;
    dropPartition.run(id);
    return false;
  }

  /** The catalog is asked again at each step: the topic may have gone, or a rollback have replaced its state. */
  function onPartition(
    { description }: TopicState,
    index: number,
    step: (partition: PartitionState) => boolean,
  ): UpkeepStep {
    return () => {
      const topic = catalog.find(description.name);
      const partition = topic?.description.id === description.id ? topic.partitions[index] : undefined;
      return partition !== undefined && step(partition);
    };
  }

  function stepsOf(topic: TopicState, now: number): UpkeepStep[] {
    const { cleanup, retentionMs } = topic.description.config;
    return topic.partitions.flatMap(({ next, earliest, swept }, index) => {
      if (cleanup === 'compact' && swept < next) {
        return [
          onPartition(topic, index, compact),
          onPartition(topic, index, (partition) => sweepTombstones(partition, now - options.tombstoneMs)),
        ];
      }
      if (cleanup === 'compact' || retentionMs === undefined || earliest === next) return [];
      return [onPartition(topic, index, (partition) => expire(partition, now - retentionMs))];
    });
  }

  return {
    steps: (now) => [
      ...catalog.list().flatMap((topic) => stepsOf(topic, now)),
      ...rowsOf(orphans).map((row) => () => purge(numberIn(row, 'id'))),
    ],
  };
}
