/** What we set on a topic and compare for drift; everything else is the engine's own business. */
export interface TopicConfig {
  readonly cleanup: 'delete' | 'compact';
  /** Age in milliseconds after which records of a `delete` topic may go. */
  readonly retentionMs?: number;
}

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor?: number;
  readonly config: TopicConfig;
}

export interface TopicDescription {
  readonly name: string;
  /** Changes when a topic is deleted and made again under the same name. */
  readonly id: string;
  readonly partitions: number;
  readonly config: TopicConfig;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Offsets are safe integers: 2^53 records in one partition are out of reach. */
export interface PartitionBounds extends TopicPartition {
  readonly earliest: number;
  /** One past the last committed record. */
  readonly latest: number;
}

/** `offset` is the next record to read. `metadata` is the committer's own text, at most 4096 characters. */
export interface CommittedOffset extends TopicPartition {
  readonly offset: number;
  readonly metadata?: string;
}

export interface RecordToAppend {
  readonly topic: string;
  /** Absent: chosen by the key's hash, or in turn where there is no key. */
  readonly partition?: number;
  readonly key: Buffer | null;
  /** null is a tombstone in a compacted topic. */
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch; absent: the time of the append. */
  readonly timestamp?: number;
}

export interface StoredRecord extends TopicPartition {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

export interface RecordPosition extends TopicPartition {
  readonly offset: number;
}

export interface TopicAdmin {
  listTopics(): Promise<readonly TopicDescription[]>;
  describeTopic(name: string): Promise<TopicDescription | undefined>;
  /** @throws TopicExistsError */
  createTopic(spec: TopicSpec): Promise<TopicDescription>;
  /** @throws TopicNotFoundError */
  alterTopic(name: string, config: TopicConfig): Promise<void>;
  /** Deletes the topic with its records. @throws TopicNotFoundError, also when `id` is given and is not the topic's. */
  deleteTopic(name: string, id?: string): Promise<void>;
  /** @throws TopicNotFoundError */
  bounds(topic: string): Promise<readonly PartitionBounds[]>;
  committed(group: string, topic: string): Promise<readonly CommittedOffset[]>;
  /** Forgets a group's offsets; a group that does not exist is no error. */
  deleteGroup(group: string): Promise<void>;
}

/** An idempotent producer: its own retries never store a record twice. */
export interface Producer {
  /**
   * Resolves once every record is durable (`acks=all`), with their positions in the order given.
   * A refusal (TopicNotFoundError, RecordTooLargeError, InvalidRecordError) means that nothing of the call was stored.
   * The records of one call that share a partition, 1 MiB of them at most, are stored together or not at all; without
   * key and partition, the records of a topic share one.
   * @throws TopicNotFoundError, RecordTooLargeError, InvalidRecordError, LogUnavailableError (the outcome is then unknown)
   */
  append(records: readonly RecordToAppend[]): Promise<readonly RecordPosition[]>;
  close(): Promise<void>;
}

/** Appends and consumer offsets that become visible together or not at all. */
export interface TransactionalProducer {
  /**
   * Commits the records and the offsets of `group` in one transaction. On any error but a refusal before the start
   * the producer is spent: throw it away and make a new one, which fences this one.
   * @throws ProducerFencedError, TopicNotFoundError, LogUnavailableError
   */
  commit(transaction: {
    readonly records: readonly RecordToAppend[];
    readonly group: string;
    readonly offsets: readonly CommittedOffset[];
  }): Promise<void>;
  close(): Promise<void>;
}

export interface RecordBatch extends TopicPartition {
  /** In offset order; empty when the batch only passed offsets that hold no record (compacted away, or an engine's own). */
  readonly records: readonly StoredRecord[];
  /** Where to read on: one past everything that this batch covers, offsets without a record included. */
  readonly nextOffset: number;
  /** One past the last record of the partition when the batch was fetched: what is left is the lag. */
  readonly highWatermark: number;
}

export interface ConsumerOptions {
  readonly topics: readonly string[];
  /**
   * Members of a group share the partitions and its committed offsets.
   * Absent: a reader of its own, with all partitions and no stored offset.
   */
  readonly group?: string;
  /** Where to begin in a partition for which the group has no offset. */
  readonly startAt: 'earliest' | 'latest';
  /** Upper bound of one batch. @default 500 records, 1 MiB */
  readonly maxRecords?: number;
  readonly maxBytes?: number;
}

/** Calls never overlap for one partition; different partitions may be served at once. */
export interface ConsumerHandlers {
  /**
   * Awaited before the first batch of these partitions. Where they begin is looked up afterwards, unless it seeks: what a
   * predecessor stored until this fenced it is not read again.
   */
  onAssigned?(partitions: readonly TopicPartition[]): Promise<void>;
  /** Awaited after the last batch of these partitions and before another member gets them. */
  onRevoked?(partitions: readonly TopicPartition[]): Promise<void>;
  /** The next batch of the partition comes when this resolves: that is the back pressure. Commits nothing by itself. */
  onBatch(batch: RecordBatch, signal: AbortSignal): Promise<void>;
}

/** Reads committed records only. */
export interface Consumer {
  /**
   * Delivers batches until the signal aborts (resolves after the running handlers) or a handler throws (rejects with it).
   * @throws TopicNotFoundError, LogUnavailableError
   */
  run(handlers: ConsumerHandlers, signal: AbortSignal): Promise<void>;
  /** Stores offsets of the group; they are durable when this resolves. */
  commit(offsets: readonly CommittedOffset[]): Promise<void>;
  /** The group's stored offsets of the given partitions; those without one are left out. */
  committed(partitions: readonly TopicPartition[]): Promise<readonly CommittedOffset[]>;
  /** Moves the next read of an assigned partition. */
  seek(position: RecordPosition): void;
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  close(): Promise<void>;
}

/** A connection to one log engine. Everything made from it closes with it. */
export interface EventLog {
  readonly admin: TopicAdmin;
  createProducer(): Promise<Producer>;
  /** Fences every earlier producer of the same transactional id, in any process. */
  createTransactionalProducer(transactionalId: string): Promise<TransactionalProducer>;
  createConsumer(options: ConsumerOptions): Promise<Consumer>;
  /** Resolves when the engine answers. @throws LogUnavailableError */
  ping(): Promise<void>;
  close(): Promise<void>;
}
