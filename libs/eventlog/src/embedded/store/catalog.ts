import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { PartitionBounds, TopicConfig, TopicDescription, TopicSpec } from '../../port.ts';
import { InvalidRequestError, TopicExistsError, TopicNotFoundError } from '../../errors.ts';
import { assertRetention, assertTopicSpec } from '../../topic-names.ts';
import { numberIn, optionalNumberIn, rowsOf, textIn } from './rows.ts';

/** A partition as the engine works with it. What changes is written by `flush`, in the transaction that changed it. */
export interface PartitionState {
  /** Row id; records are stored below it (recordId). */
  readonly id: number;
  readonly topic: string;
  readonly partition: number;
  /** The offset that the next record gets. */
  next: number;
  /** The first offset that retention has left. */
  earliest: number;
  /** Compaction has looked at the offsets below. */
  cleaned: number;
  /** Old tombstones below are gone. */
  swept: number;
}

export interface TopicState {
  readonly id: number;
  readonly description: TopicDescription;
  readonly partitions: readonly PartitionState[];
}

/** Topics and partitions: in memory for speed, in the database for good. */
export interface Catalog {
  list(): readonly TopicState[];
  find(name: string): TopicState | undefined;
  /** @throws TopicNotFoundError */
  require(name: string): TopicState;
  bounds(name: string): readonly PartitionBounds[];
  create(spec: TopicSpec): TopicDescription;
  alter(name: string, config: TopicConfig): void;
  remove(name: string, uid: string | undefined): void;
  touch(partition: PartitionState): void;
  /** Writes the touched partitions, called before each commit, and returns their row ids. */
  flush(): readonly number[];
  /** Reads everything again; called after each rollback. */
  reload(): void;
}

/** Ids beyond would not leave room for 2^36 offsets in an exact integer. */
const maxPartitionRow = 2 ** 17 - 1;

export function createCatalog(db: DatabaseSync): Catalog {
  const topics = new Map<string, TopicState>();
  const touched = new Set<PartitionState>();
  const insertTopic = db.prepare('INSERT INTO topics (uid, name, cleanup, retention_ms) VALUES (?, ?, ?, ?)');
  const insertPartition = db.prepare(
    'INSERT INTO partitions (topic, partition, next, earliest, cleaned, swept) VALUES (?, ?, 0, 0, 0, 0)',
  );
  const updatePartition = db.prepare(
    'UPDATE partitions SET next = ?, earliest = ?, cleaned = ?, swept = ? WHERE id = ?',
  );
  const updateTopic = db.prepare('UPDATE topics SET cleanup = ?, retention_ms = ? WHERE id = ?');
  const orphan = db.prepare('UPDATE partitions SET topic = NULL WHERE topic = ?');
  const deleteOffsets = db.prepare(
    'DELETE FROM offsets WHERE partition IN (SELECT id FROM partitions WHERE topic = ?)',
  );
  const deleteTopic = db.prepare('DELETE FROM topics WHERE id = ?');
  const selectTopics = db.prepare('SELECT * FROM topics');
  const selectPartitions = db.prepare('SELECT * FROM partitions WHERE topic IS NOT NULL ORDER BY partition');
  const lastPartition = db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'partitions'");

  function reload(): void {
    topics.clear();
    touched.clear();
    const byTopic = Map.groupBy(rowsOf(selectPartitions), (row) => numberIn(row, 'topic'));
    for (const row of rowsOf(selectTopics)) {
      const [id, name] = [numberIn(row, 'id'), textIn(row, 'name')];
      const partitions = (byTopic.get(id) ?? []).map((part) => ({
        id: numberIn(part, 'id'),
        topic: name,
        partition: numberIn(part, 'partition'),
        next: numberIn(part, 'next'),
        earliest: numberIn(part, 'earliest'),
        cleaned: numberIn(part, 'cleaned'),
        swept: numberIn(part, 'swept'),
      }));
      const config = toConfig(textIn(row, 'cleanup'), optionalNumberIn(row, 'retention_ms'));
      const description = { name, id: textIn(row, 'uid'), partitions: partitions.length, config };
      topics.set(name, { id, description, partitions });
    }
  }

  function require(name: string): TopicState {
    const topic = topics.get(name);
    if (!topic) throw new TopicNotFoundError(name);
    return topic;
  }

  reload();
  return {
    list: () => [...topics.values()],
    find: (name) => topics.get(name),
    require,
    bounds: (name) =>
      require(name).partitions.map(({ partition, earliest, next }) => ({
        topic: name,
        partition,
        earliest,
        latest: next,
      })),
    reload,

    create(spec) {
      assertTopicSpec(spec);
      if (topics.has(spec.name)) throw new TopicExistsError(spec.name);
      const used = lastPartition.get();
      if ((used ? numberIn(used, 'seq') : 0) + spec.partitions > maxPartitionRow) {
        throw new InvalidRequestError(
          `the embedded log holds at most ${maxPartitionRow} partitions in its life`,
        );
      }
      const { cleanup, retentionMs } = spec.config;
      const description: TopicDescription = {
        name: spec.name,
        id: randomUUID(),
        partitions: spec.partitions,
        config: toConfig(cleanup, retentionMs),
      };
      const id = Number(
        insertTopic.run(description.id, spec.name, cleanup, retentionMs ?? null).lastInsertRowid,
      );
      const partitions = Array.from({ length: spec.partitions }, (_, partition) => ({
        id: Number(insertPartition.run(id, partition).lastInsertRowid),
        topic: spec.name,
        partition,
        next: 0,
        earliest: 0,
        cleaned: 0,
        swept: 0,
      }));
      topics.set(spec.name, { id, description, partitions });
      return description;
    },

    alter(name, config) {
      const topic = require(name);
      assertRetention(config.retentionMs);
      updateTopic.run(config.cleanup, config.retentionMs ?? null, topic.id);
      const description = { ...topic.description, config: toConfig(config.cleanup, config.retentionMs) };
      topics.set(name, { ...topic, description });
    },

    remove(name, uid) {
      const topic = require(name);
      if (uid !== undefined && uid !== topic.description.id) throw new TopicNotFoundError(name);
      deleteOffsets.run(topic.id);
      orphan.run(topic.id);
      deleteTopic.run(topic.id);
      topic.partitions.forEach((partition) => touched.delete(partition));
      topics.delete(name);
    },

    touch: (partition) => touched.add(partition),
    flush() {
      for (const { next, earliest, cleaned, swept, id } of touched) {
        updatePartition.run(next, earliest, cleaned, swept, id);
      }
      const ids = [...touched].map(({ id }) => id);
      touched.clear();
      return ids;
    },
  };
}

function toConfig(cleanup: string, retentionMs: number | undefined): TopicConfig {
  return {
    cleanup: cleanup === 'compact' ? 'compact' : 'delete',
    ...(retentionMs === undefined ? {} : { retentionMs }),
  };
}
