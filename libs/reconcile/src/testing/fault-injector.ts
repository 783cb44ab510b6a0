import type { ResourceKey } from '../types.ts';

export type FaultPoint = 'fetch' | 'observe' | 'create' | 'update' | 'remove' | 'load' | 'save';

export interface Fault {
  readonly at: FaultPoint;
  /** For one resource alone; for all where absent. */
  readonly key?: ResourceKey;
  /** What is thrown. `'hang'` never settles until the signal aborts, `'deaf'` not even then. */
  readonly error: Error | 'hang' | 'deaf';
  /** `after` lets the effect happen and loses the answer. */
  readonly when?: 'before' | 'after';
  /** How often it strikes; for ever where absent. */
  readonly times?: number;
}

/** Makes the in-memory ports fail on demand. */
export interface FaultInjector {
  inject(fault: Fault): { remove(): void };
  /** Heals everything; what hangs deafly comes back with an error. */
  clear(): void;
  /** Runs `effect` with the faults that apply. */
  around<T>(
    point: { readonly at: FaultPoint; readonly key?: ResourceKey; readonly signal: AbortSignal },
    effect: () => T,
  ): Promise<T>;
}

export function createFaultInjector(): FaultInjector {
  let faults: { readonly fault: Fault; left: number }[] = [];
  let healed = new AbortController();

  function strike(
    at: FaultPoint,
    key: ResourceKey | undefined,
    when: 'before' | 'after',
  ): Fault['error'] | undefined {
    const hit = faults.find(
      ({ fault, left }) =>
        left > 0 &&
        fault.at === at &&
        (fault.when ?? 'before') === when &&
        (fault.key === undefined || (fault.key.kind === key?.kind && fault.key.id === key.id)),
    );
    if (hit !== undefined) hit.left -= 1;
    return hit?.fault.error;
  }

  async function suffer(error: Fault['error'] | undefined, signal: AbortSignal): Promise<void> {
    if (error === undefined) return;
    if (error instanceof Error) throw error;
    const end = error === 'deaf' ? healed.signal : AbortSignal.any([healed.signal, signal]);
    await new Promise<void>((resolve) => {
      end.addEventListener('abort', () => {
        resolve();
      });
    });
    throw new Error('it hung');
  }

  return {
    inject(fault) {
      const entry = { fault, left: fault.times ?? Infinity };
      faults.push(entry);
      return {
        remove() {
          faults = faults.filter((each) => each !== entry);
        },
      };
    },
    clear() {
      faults = [];
      healed.abort();
      healed = new AbortController();
    },
    async around({ at, key, signal }, effect) {
      await Promise.resolve();
      signal.throwIfAborted();
      await suffer(strike(at, key, 'before'), signal);
      const value = effect();
      await suffer(strike(at, key, 'after'), signal);
      return value;
    },
  };
}
