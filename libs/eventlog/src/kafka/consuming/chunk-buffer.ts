import type { RecordBatch, StoredRecord, TopicPartition } from '../../port.ts';

/** What one fetch brought of a partition. */
export interface Chunk {
  readonly records: readonly StoredRecord[];
  readonly nextOffset: number;
  readonly highWatermark: number;
}

/** Hands out a fetched chunk in batches of the size that the consumer wants. */
export class ChunkBuffer {
  readonly #chunk: Chunk;
  #at = 0;
  #position: number;

  constructor(chunk: Chunk, position: number) {
    this.#chunk = chunk;
    this.#position = position;
  }

  /** Where the next batch begins; undefined: nothing is left. */
  get position(): number | undefined {
    return this.#position < this.#chunk.nextOffset ? this.#position : undefined;
  }

  take(place: TopicPartition, maxRecords: number, maxBytes: number): RecordBatch {
    const { records, nextOffset: end, highWatermark } = this.#chunk;
    const from = this.#at;
    for (let bytes = 0; this.#at < records.length && this.#at - from < maxRecords; this.#at++) {
      const record = records[this.#at];
      bytes += (record?.key?.length ?? 0) + (record?.value?.length ?? 0);
      // One record goes in any case: there must be progress.
      if (bytes > maxBytes && this.#at > from) break;
    }
    const taken = records.slice(from, this.#at);
    const last = taken.at(-1);
    // Behind the last record there may be offsets that hold none.
    const nextOffset = this.#at >= records.length || !last ? end : last.offset + 1;
    this.#position = nextOffset;
    return { topic: place.topic, partition: place.partition, records: taken, nextOffset, highWatermark };
  }
}
