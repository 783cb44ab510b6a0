export interface FaultOptions {
  readonly times?: number;
  /** The operation takes effect and its answer is lost. */
  readonly lost?: boolean;
}

/** Faults that tests order in advance, per operation. */
export interface Faults<Operation extends string> {
  readonly failNext: (operation: Operation, error: Error, options?: FaultOptions) => void;
  readonly perform: <T>(operation: Operation, work: () => T | Promise<T>) => Promise<T>;
}

export function createFaults<Operation extends string>(): Faults<Operation> {
  const ordered: { readonly operation: Operation; readonly error: Error; readonly lost: boolean }[] = [];
  return {
    failNext(operation, error, { times = 1, lost = false } = {}) {
      for (let left = times; left > 0; left -= 1) ordered.push({ operation, error, lost });
    },
    async perform(operation, work) {
      const at = ordered.findIndex((fault) => fault.operation === operation);
      const [fault] = at < 0 ? [] : ordered.splice(at, 1);
      if (fault && !fault.lost) throw fault.error;
      const result = await work();
      if (fault) throw fault.error;
      return result;
    },
  };
}
