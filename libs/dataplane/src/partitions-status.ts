import type { WorkerStatus } from './run-worker.ts';

/** How a worker is, put together from its partitions: it runs when none of them waits. */
export interface PartitionsStatus {
  /** Partitions were assigned. */
  running(): void;
  /** @param reason stable PascalCase code; nothing personal in either */
  waits(partition: number, offset: number, reason: string, message: string): void;
  /** The partition goes on, or is somebody else's now. */
  goesOn(partition: number): void;
}

export function createPartitionsStatus(status: WorkerStatus): PartitionsStatus {
  const waiting = new Map<
    number,
    { readonly offset: number; readonly reason: string; readonly message: string }
  >();

  function tell(): void {
    const [first] = [...waiting].sort(([a], [b]) => a - b);
    if (first === undefined) {
      status.running();
      return;
    }
    const [partition, { offset, reason, message }] = first;
    status.failing(reason, `Partition ${partition} waits at offset ${offset}: ${message}`);
  }

  return {
    running: tell,
    waits(partition, offset, reason, message) {
      waiting.set(partition, { offset, reason, message });
      tell();
    },
    goesOn(partition) {
      if (waiting.delete(partition)) tell();
    },
  };
}
