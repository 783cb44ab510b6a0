import { createHash } from 'node:crypto';
import { TextSink } from '@ccd/contracts';
import type { CommittedOffset, Consumer, RecordBatch, StoredRecord, TopicPartition } from '@ccd/eventlog';
import { failpoint } from '@ccd/failpoints';
import { ObjectExistsError, ObjectNotFoundError } from '@ccd/storage';
import type { ObjectStore } from '@ccd/storage';
import type { ExportPlan } from './export-plan.ts';
import { doneMetadata, planMetadata, readProgress } from './export-plan.ts';
import { boundaryToName } from './interval.ts';
import type { ExportContent } from './object-key.ts';
import { objectKey } from './object-key.ts';
import type { Spool } from './spool.ts';

/** Prints the line of one record; false for a record that is not exported (a tombstone), of which nothing is printed. */
export type RenderRecord = (record: StoredRecord, sink: TextSink) => boolean | Promise<boolean>;

/** The record that keeps a partition from going on, and why. */
export interface Blockage {
  readonly offset: number;
  readonly error: unknown;
}

export interface PartitionExportOptions {
  readonly partition: TopicPartition;
  readonly prefix: string;
  readonly content: ExportContent;
  readonly intervalMs: number;
  /** First line of every object, with its line end; '' for none. */
  readonly header: string;
  readonly render: RenderRecord;
  readonly consumer: Pick<Consumer, 'commit'>;
  readonly store: Pick<ObjectStore, 'put' | 'get'>;
  readonly createSpool: () => Spool;
  readonly signal: AbortSignal;
}

const contentTypes = { events: 'application/x-ndjson', keys: 'text/csv' } as const;

/**
 * Exports one partition, exactly once. Collects rendered records; when an interval has ended, commits the plan of an
 * object, writes the object, and commits its end. A partition that was left with a plan first carries that plan out,
 * with the same offsets under the same key. Calls must not overlap.
 */
export class PartitionExport {
  readonly #options: PartitionExportOptions;
  readonly #sink = new TextSink();
  #spool: Spool;
  #lines = 0;
  /** Offsets of what the spool holds: the committed one, and one past the last record read. */
  #start: number;
  #end: number;
  #previousBoundary: number | undefined;
  #plan: ExportPlan | undefined;

  /** @param committed where the group stands in this partition. @throws ForeignMetadataError */
  constructor(options: PartitionExportOptions, committed: CommittedOffset) {
    this.#options = options;
    this.#spool = options.createSpool();
    this.#start = committed.offset;
    this.#end = committed.offset;
    const progress = readProgress(committed.offset, committed.metadata);
    if (progress.state === 'planned') this.#plan = progress.plan;
    if (progress.state === 'done') this.#previousBoundary = progress.boundary;
  }

  /**
   * Collects a batch. Finishes the plan that an earlier process left as soon as its last record is there. A record that
   * cannot be rendered now is where it ends: nothing may overtake it, so that the batch is to be given again from there.
   */
  async accept(batch: RecordBatch): Promise<Blockage | undefined> {
    let rest = batch.records;
    const plan = this.#plan;
    if (plan !== undefined) {
      const split = rest.findIndex(({ offset }) => offset >= plan.end);
      const planned = split === -1 ? rest : rest.slice(0, split);
      const blockage = await this.#collect(planned, Math.min(batch.nextOffset, plan.end));
      if (blockage !== undefined || batch.nextOffset < plan.end) return blockage;
      await this.#publish(plan, 'replayed');
      rest = rest.slice(planned.length);
    }
    return this.#collect(rest, batch.nextOffset);
  }

  /**
   * Writes what was collected, named after the boundary that `now` has passed; nothing is written for an interval
   * without records, nor while an earlier plan waits for its last record. After an error the export is spent: make a
   * new one from what is committed, as after a crash.
   */
  async finishInterval(now: number): Promise<void> {
    if (this.#plan !== undefined || this.#end === this.#start) return;
    if (this.#lines === 0) await this.#commit(this.#end, this.#previousBoundary);
    else await this.#publish(await this.#makePlan(now), 'fresh');
  }

  /** Drops what was collected and not committed; it will be read again. */
  async close(): Promise<void> {
    await this.#spool.discard();
  }

  async #collect(records: readonly StoredRecord[], nextOffset: number): Promise<Blockage | undefined> {
    let lines = 0;
    let blockage: Blockage | undefined;
    if (this.#lines === 0) this.#sink.text(this.#options.header);
    for (const record of records) {
      try {
        const rendering = this.#options.render(record, this.#sink);
        // Every wait costs a turn of the queue: only what is not there is waited for.
        if (typeof rendering === 'boolean' ? rendering : await rendering) lines += 1;
      } catch (error) {
        blockage = { offset: record.offset, error };
        break;
      }
    }
    const printed = this.#sink.lend();
    if (lines > 0) {
      await this.#spool.append(printed);
      this.#lines += lines;
    }
    this.#end = blockage?.offset ?? nextOffset;
    return blockage;
  }

  async #makePlan(now: number): Promise<ExportPlan> {
    const { partition, prefix, content, intervalMs, consumer } = this.#options;
    const boundary = boundaryToName(now, intervalMs, this.#previousBoundary);
    const key = objectKey(prefix, boundary, partition, content);
    const plan = { key, boundary, start: this.#start, end: this.#end, sha256: this.#spool.sha256 };
    failpoint('exporter.beforePlan');
    await consumer.commit([{ ...partition, offset: plan.start, metadata: planMetadata(plan) }]);
    failpoint('exporter.afterPlan');
    return plan;
  }

  async #publish(plan: ExportPlan, origin: 'fresh' | 'replayed'): Promise<void> {
    if (this.#lines > 0) {
      try {
        await this.#put(plan);
        failpoint('exporter.afterPut');
      } catch (error) {
        if (!(error instanceof ObjectExistsError)) throw error;
        // After a crash the planned object may stand there with more than is left to read: records go in the meantime.
        const ours = origin === 'replayed' && (await this.#digestOf(plan.key)) === plan.sha256;
        if (!ours) {
          // Somebody else's object: it stays, and ours takes the next free boundary.
          this.#previousBoundary = plan.boundary;
          return this.#publish(await this.#makePlan(plan.boundary), 'fresh');
        }
      }
    }
    await this.#commit(plan.end, plan.boundary);
  }

  async #put(plan: ExportPlan): Promise<void> {
    const { store, content, signal } = this.#options;
    await store.put(plan.key, this.#spool.read(), {
      contentType: contentTypes[content],
      ifAbsent: true,
      signal,
    });
  }

  async #digestOf(key: string): Promise<string | undefined> {
    const hash = createHash('sha256');
    try {
      for await (const chunk of await this.#options.store.get(key)) hash.update(chunk);
    } catch (error) {
      if (error instanceof ObjectNotFoundError) return undefined;
      throw error;
    }
    return hash.digest('hex');
  }

  async #commit(end: number, boundary: number | undefined): Promise<void> {
    const { partition, consumer, createSpool } = this.#options;
    const metadata = boundary === undefined ? '' : doneMetadata(boundary);
    await consumer.commit([{ ...partition, offset: end, metadata }]);
    failpoint('exporter.afterEnd');
    await this.#spool.recycle();
    this.#spool = createSpool();
    this.#lines = 0;
    this.#start = end;
    this.#end = end;
    this.#previousBoundary = boundary;
    this.#plan = undefined;
  }
}
