import type { Clock } from '@ccd/reconcile';
import type { Access, Connection } from './connection.ts';

/** Tokens and certificates in files are replaced well before they end; client-go reads them anew once a minute too. */
const keptMs = 60_000;

export interface FreshAccess {
  readonly access: Access;
  /** How long it is good for, where it says so itself. */
  readonly forMs?: number | undefined;
}

/** Keeps an access for a minute, or for as long as it says; reads another at once when it was refused. */
export function keepAccess(read: () => Promise<FreshAccess>, clock: Clock): Connection['access'] {
  let kept: { readonly access: Access; readonly until: number } | undefined;
  let reading: Promise<Access> | undefined;

  const renew = async (): Promise<Access> => {
    const { access, forMs = keptMs } = await read();
    kept = { access, until: clock.monotonic() + forMs };
    return access;
  };
  return async (afterRefusal) => {
    if (kept && !afterRefusal && clock.monotonic() < kept.until) return kept.access;
    reading ??= renew().finally(() => {
      reading = undefined;
    });
    return reading;
  };
}
