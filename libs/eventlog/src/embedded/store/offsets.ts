import type { DatabaseSync } from 'node:sqlite';
import type { CommittedOffset } from '../../port.ts';
import { InvalidRequestError } from '../../errors.ts';
import type { Catalog, PartitionState } from './catalog.ts';
import { numberIn, optionalTextIn, rowsOf } from './rows.ts';

/** Committed offsets of consumer groups. */
export interface OffsetStore {
  get(group: string, topic: string): CommittedOffset[];
  /** @throws TopicNotFoundError, InvalidRequestError, before anything is written */
  assertValid(offsets: readonly CommittedOffset[]): void;
  put(group: string, offsets: readonly CommittedOffset[]): void;
  forget(group: string): void;
}

export function createOffsetStore(db: DatabaseSync, catalog: Catalog): OffsetStore {
  const select = db.prepare('SELECT offset, metadata FROM offsets WHERE owner = ? AND partition = ?');
  const upsert = db.prepare(
    'INSERT OR REPLACE INTO offsets (owner, partition, offset, metadata) VALUES (?, ?, ?, ?)',
  );
  const remove = db.prepare('DELETE FROM offsets WHERE owner = ?');

  function partitionOf(topic: string, partition: number): PartitionState {
    const found = catalog.require(topic).partitions[partition];
    if (!found) throw new InvalidRequestError(`topic ${topic} has no partition ${partition}`);
    return found;
  }

  return {
    get: (group, topic) =>
      (catalog.find(topic)?.partitions ?? []).flatMap(({ id, partition }) =>
        rowsOf(select, group, id).map((row) => {
          const metadata = optionalTextIn(row, 'metadata');
          return {
            topic,
            partition,
            offset: numberIn(row, 'offset'),
            ...(metadata === undefined ? {} : { metadata }),
          };
        }),
      ),
    assertValid(offsets) {
      offsets.forEach(({ topic, partition }) => partitionOf(topic, partition));
    },
    put(group, offsets) {
      for (const { topic, partition, offset, metadata } of offsets) {
        upsert.run(group, partitionOf(topic, partition).id, offset, metadata ?? null);
      }
    },
    forget(group) {
      remove.run(group);
    },
  };
}
