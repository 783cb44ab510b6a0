import type { Clock } from '@ccd/reconcile';
import type { Marker } from './marker.ts';

/** What this process knows of Secrets beyond their markers: whether each is as our own write has left it. */
export interface Checks {
  /** Undefined where it has to be looked at. */
  isIntact(marker: Marker): boolean | undefined;
  note(marker: Marker, intact: boolean): void;
  /** Forgets all others. */
  keep(markers: readonly Marker[]): void;
}

/** @param everyMs how long it counts that a Secret was found intact. One that was not stays so until it is written. */
export function createChecks(clock: Clock, everyMs: number): Checks {
  const known = new Map<
    string,
    { readonly version: string; readonly at: number; readonly intact: boolean }
  >();
  return {
    isIntact({ uid, resourceVersion }) {
      const check = known.get(uid);
      // The marker changes with each write of the Secret.
      if (check?.version !== resourceVersion) return undefined;
      return check.intact && clock.monotonic() - check.at >= everyMs ? undefined : check.intact;
    },
    note({ uid, resourceVersion }, intact) {
      known.set(uid, { version: resourceVersion, at: clock.monotonic(), intact });
    },
    keep(markers) {
      const present = new Set(markers.map(({ uid }) => uid));
      for (const uid of known.keys()) if (!present.has(uid)) known.delete(uid);
    },
  };
}
