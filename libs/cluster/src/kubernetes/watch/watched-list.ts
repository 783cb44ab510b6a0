import type { Clock } from '@ccd/reconcile';
import type { Freshness } from '../../port.ts';
import { isAsNewAs } from './watch-step.ts';
import type { WatchView } from './watches.ts';

export interface WatchedListOptions<T> {
  readonly view: WatchView;
  /** Asks for the whole list. */
  readonly read: () => Promise<{ readonly value: T; readonly version: string | undefined }>;
  readonly clock: Clock;
}

/** A list that need not be asked for again while a watch tells that nothing has changed. */
export type WatchedList<T> = (asOf: Freshness) => Promise<T>;

/** A watch can stand still in silence: what it says is not believed for longer. */
const longestMs = 5 * 60_000;

/**
 * Keeps what `read` gave as long as the watch is open and tells of no change. It must have been open before the list was asked
 * for, so that nothing falls between the two; and the list must not be of a moment before the last change that it told, as the list of a
 * server that lags behind would be.
 */
export function createWatchedList<T>({ view, read, clock }: WatchedListOptions<T>): WatchedList<T> {
  let kept: { readonly value: T; readonly mark: string; readonly since: number } | undefined;
  return async (asOf) => {
    const mark = view.mark();
    const since = clock.monotonic();
    if (asOf === 'watched' && kept !== undefined && kept.mark === mark && since - kept.since < longestMs)
      return kept.value;
    const { value, version } = await read();
    const stands = mark !== undefined && view.mark() === mark && isNotBefore(version, view.version());
    kept = stands ? { value, mark, since } : undefined;
    return value;
  };
}

const isNotBefore = (version: string | undefined, other: string | undefined): boolean =>
  version !== undefined && other !== undefined && isAsNewAs(version, other);
