import type { ConsumerHandlers, RecordBatch, TopicPartition } from '../port.ts';
import { PartitionsLostError } from '../errors.ts';
import { isAborted } from './signals.ts';

export interface PartitionReader {
  readonly place: TopicPartition;
  seek(offset: number): void;
  pause(): void;
  resume(): void;
  /** Takes no further batch and resolves after the running handler. */
  finish(): Promise<void>;
  /** The partition belongs to somebody else: tells the running handler, whose error then counts for nothing. */
  lose(): void;
}

/** The rest of the partition from `offset` on: waits at its end. undefined: the signal aborted, or try again. */
export type FetchBatch = (
  place: TopicPartition,
  offset: number,
  signal: AbortSignal,
) => Promise<RecordBatch | undefined>;

/**
 * Delivers one partition, batch after batch, and fetches the next one while the handler works on the last.
 * `onFailure` hears of a handler's or the log's error, after which the reader has stopped.
 */
export function createPartitionReader(options: {
  readonly place: TopicPartition;
  readonly offset: number;
  readonly paused: boolean;
  readonly fetch: FetchBatch;
  readonly onBatch: ConsumerHandlers['onBatch'];
  /** Aborts when the whole run stops. */
  readonly stop: AbortSignal;
  onFailure(error: unknown): void;
}): PartitionReader {
  const { place, stop } = options;
  const finishing = new AbortController();
  const lost = new AbortController();
  const handlerSignal = AbortSignal.any([stop, lost.signal]);
  const ending = AbortSignal.any([stop, finishing.signal, lost.signal]);
  let position = options.offset;
  let paused = options.paused;
  /** Aborted by whatever makes the fetch under way useless: a seek, a pause, the end. */
  let reading = new AbortController();
  let wake = (): void => {};

  function restart(): void {
    reading.abort();
    // At the end the aborted one stays, and with it every fetch that might still begin.
    if (!ending.aborted) reading = new AbortController();
    wake();
  }

  function fetchNext(): Promise<RecordBatch | undefined> {
    const fetched = options.fetch(place, position, reading.signal);
    // It may be dropped unread; whoever reads it hears its error.
    fetched.catch(() => {});
    return fetched;
  }

  async function untilResumed(): Promise<void> {
    await new Promise<void>((resolve) => {
      wake = resolve;
      if (!paused || ending.aborted) resolve();
    });
  }

  async function handle(batch: RecordBatch): Promise<void> {
    try {
      await options.onBatch(batch, handlerSignal);
    } catch (error) {
      if (lost.signal.aborted || (stop.aborted && error === stop.reason)) return;
      throw error;
    }
  }

  async function deliver(): Promise<void> {
    let ahead: { readonly batch: Promise<RecordBatch | undefined>; readonly signal: AbortSignal } | undefined;
    while (!ending.aborted) {
      if (paused) await untilResumed();
      const current =
        ahead?.signal.aborted === false ? ahead : { batch: fetchNext(), signal: reading.signal };
      ahead = undefined;
      const batch = await current.batch;
      if (!batch || isAborted(current.signal) || isAborted(ending)) continue;
      position = batch.nextOffset;
      ahead = { batch: fetchNext(), signal: reading.signal };
      await handle(batch);
    }
  }

  ending.addEventListener('abort', restart);
  const done = deliver()
    .catch((error: unknown) => {
      if (!lost.signal.aborted) options.onFailure(error);
    })
    .finally(restart);

  return {
    place,
    seek(offset) {
      position = offset;
      restart();
    },
    pause() {
      paused = true;
      restart();
    },
    resume() {
      paused = false;
      restart();
    },
    finish() {
      finishing.abort();
      return done;
    },
    lose() {
      lost.abort(new PartitionsLostError(`of ${place.topic}, partition ${place.partition}`));
    },
  };
}
