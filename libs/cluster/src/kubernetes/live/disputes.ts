import type { Clock } from '@ccd/reconcile';

/** Fields that we put right and somebody changes again, by the uids of their objects. */
export interface Disputes {
  /** The field of an object by this hash was put right. Returns how often in a row, with no peace in between. */
  note(uid: string, hash: string, field: string): number;
  /** A list has shown the object as it should be. */
  atPeace(uid: string): void;
  uids(): readonly string[];
  forget(uid: string): void;
}

/** For so long an object has to be as it should be. */
const peaceMs = 10_000;

export function createDisputes(clock: Clock): Disputes {
  const known = new Map<string, { readonly what: string; readonly times: number; readonly at: number }>();
  return {
    note(uid, hash, field) {
      const what = `${hash} ${field}`;
      const before = known.get(uid);
      const times = before?.what === what ? before.times + 1 : 1;
      known.set(uid, { what, times, at: clock.monotonic() });
      return times;
    },
    atPeace(uid) {
      const dispute = known.get(uid);
      if (dispute !== undefined && clock.monotonic() - dispute.at >= peaceMs) known.delete(uid);
    },
    uids: () => [...known.keys()],
    forget: (uid) => void known.delete(uid),
  };
}
