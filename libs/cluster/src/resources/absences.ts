import type { Clock } from '@ccd/reconcile';

/** Since when things have been missing from every list. */
export interface Absences {
  /** @param missing what one list lacked. Returns those of it that all lists of the last while have lacked */
  note(missing: readonly string[]): readonly string[];
  /** Something is being done about it: its time begins anew. */
  forget(id: string): void;
}

export function createAbsences(clock: Clock, afterMs: number): Absences {
  let since = new Map<string, number>();
  return {
    note(missing) {
      const now = clock.monotonic();
      since = new Map(missing.map((id) => [id, since.get(id) ?? now]));
      return missing.filter((id) => now - (since.get(id) ?? now) >= afterMs);
    },
    forget: (id) => void since.delete(id),
  };
}
