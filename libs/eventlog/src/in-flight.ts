import { LogUnavailableError } from './errors.ts';

/** Keeps count of a producer's calls under way, so that closing can wait for them. */
export interface InFlight {
  /** @throws LogUnavailableError once closed */
  run<T>(task: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function createInFlight(): InFlight {
  const running = new Set<Promise<unknown>>();
  let closed = false;
  return {
    async run(task) {
      if (closed) throw new LogUnavailableError('this producer is closed');
      const promise = task();
      running.add(promise);
      try {
        return await promise;
      } finally {
        running.delete(promise);
      }
    },
    async close() {
      closed = true;
      await Promise.allSettled(running);
    },
  };
}
