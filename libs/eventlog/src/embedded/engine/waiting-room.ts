/** Readers at the end of a partition, waiting for its next record. */
export interface WaitingRoom {
  /** Resolves when the partition changes, or the signal aborts. */
  wait(partition: number, signal: AbortSignal): Promise<void>;
  wake(partitions: Iterable<number>): void;
}

export function createWaitingRoom(): WaitingRoom {
  const waiting = new Map<number, Set<() => void>>();
  return {
    wait: (partition, signal) =>
      new Promise((resolve) => {
        const room = waiting.get(partition) ?? new Set();
        waiting.set(partition, room);
        const leave = (): void => {
          room.delete(leave);
          if (room.size === 0 && waiting.get(partition) === room) waiting.delete(partition);
          signal.removeEventListener('abort', leave);
          resolve();
        };
        room.add(leave);
        signal.addEventListener('abort', leave, { once: true });
        if (signal.aborted) leave();
      }),
    wake(partitions) {
      for (const partition of partitions)
        waiting.get(partition)?.forEach((leave) => {
          leave();
        });
    },
  };
}
