export interface FaultOptions {
  readonly times?: number;
  /** So many calls pass before. */
  readonly skip?: number;
  /** The operation takes effect and its answer is lost. */
  readonly lost?: boolean;
}

/** Faults that tests order in advance, per operation. */
export interface Faults<Operation extends string> {
  readonly failNext: (operation: Operation, error: Error, options?: FaultOptions) => void;
  readonly perform: <T>(operation: Operation, work: () => T | Promise<T>) => Promise<T>;
}

export function createFaults<Operation extends string>(): Faults<Operation> {
  const ordered: {
    readonly operation: Operation;
    readonly error: Error | undefined;
    readonly lost: boolean;
  }[] = [];
  return {
    failNext(operation, error, { times = 1, skip = 0, lost = false } = {}) {
      for (let left = skip; left > 0; left -= 1) ordered.push({ operation, error: undefined, lost: false });
      for (let left = times; left > 0; left -= 1) ordered.push({ operation, error, lost });
    },
    async perform(operation, work) {
      const at = ordered.findIndex((fault) => fault.operation === operation);
      const [fault] = at < 0 ? [] : ordered.splice(at, 1);
      if (fault?.error && !fault.lost) throw fault.error;
      const result = await work();
      if (fault?.error) throw fault.error;
      return result;
    },
  };
}
