import { createHistogram } from 'node:perf_hooks';
import type { RecordableHistogram } from 'node:perf_hooks';
import type { Lane } from './lane.ts';
import type { Latency } from './plan.ts';

export interface PaceOptions {
  /** Requests per second over all lanes. */
  readonly rate: number;
  readonly ms: number;
  /** Each has one request under way at a time. */
  readonly lanes: readonly Lane[];
  readonly send: (lane: Lane) => void;
}

/** A load that keeps a rate, whatever becomes of its requests, and how long they took. */
export interface Pace {
  /** Resolves when all requests are answered, or given up. */
  run(): Promise<void>;
  /** To be called with each answer. */
  answered(lane: Lane): void;
  latency(): Latency;
}

/** Milliseconds, on the clock of `performance`. */
interface Slot {
  /** Of the request that is under way. */
  dueAt: number;
  /** Of the answer to the one before. */
  freeAt: number;
}

const record = (histogram: RecordableHistogram, ms: number): void => {
  histogram.record(Math.max(1, Math.round(ms * 1_000)));
};

/**
 * Between two looks at the clock. What falls due meanwhile is sent together, and answers that came meanwhile are read
 * together: a generator that looks all the time pays a turn of its event loop for each of them, and is at its own limit
 * before the server is. A timer's millisecond would be too long, since the server would be measured queueing it.
 */
const restMs = 0.2;

/**
 * Sends each request when it is due, give or take a rest. A request that finds no free lane waits, and its waiting counts.
 */
export function createPace({ rate, ms, lanes, send }: PaceOptions): Pace {
  const [latencies, lags] = [createHistogram(), createHistogram()];
  const slots = new Map<Lane, Slot>(lanes.map((lane) => [lane, { dueAt: 0, freeAt: 0 }]));
  const idle = [...lanes];
  const all = Math.floor((ms / 1_000) * rate);
  const done = Promise.withResolvers<undefined>();
  const never = new Int32Array(new SharedArrayBuffer(4));
  let started = 0;
  let sent = 0;

  function slotOf(lane: Lane): Slot {
    const slot = slots.get(lane);
    if (slot === undefined) throw new TypeError('the lane is one of those that were given');
    return slot;
  }

  const dueTime = (index: number): number => started + (index / rate) * 1_000;

  function sendDue(now: number): void {
    while (sent < all && dueTime(sent) <= now) {
      const lane = idle.shift();
      if (lane === undefined) return;
      const slot = slotOf(lane);
      slot.dueAt = dueTime(sent);
      sent += 1;
      send(lane);
      record(lags, performance.now() - Math.max(slot.dueAt, slot.freeAt));
    }
  }

  /** Those without an answer count as answered now. */
  function giveUp(now: number): void {
    const waiting = new Set(idle);
    for (const [lane, { dueAt }] of slots) if (!waiting.has(lane)) record(latencies, now - dueAt);
    for (; sent < all; sent += 1) record(latencies, now - dueTime(sent));
  }

  function turn(): void {
    const now = performance.now();
    sendDue(now);
    const isAnswered = sent === all && idle.length === lanes.length;
    // The server is behind by then.
    const isLate = now - started > ms * 1.5;
    if (!isAnswered && !isLate) {
      Atomics.wait(never, 0, 0, restMs);
      setImmediate(turn);
      return;
    }
    giveUp(now);
    done.resolve(undefined);
  }

  return {
    run() {
      started = performance.now();
      for (const slot of slots.values()) slot.freeAt = started;
      turn();
      return done.promise;
    },
    answered(lane) {
      const slot = slotOf(lane);
      slot.freeAt = performance.now();
      record(latencies, slot.freeAt - slot.dueAt);
      idle.push(lane);
    },
    latency() {
      const at = (percentile: number): number => latencies.percentile(percentile) / 1_000;
      return { p50: at(50), p99: at(99), p999: at(99.9), lagP99: lags.percentile(99) / 1_000 };
    },
  };
}
