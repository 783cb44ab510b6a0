import type { WatchView } from '../../kubernetes/watch/watches.ts';

/** Where nothing is watched, every list is asked for. */
export const unwatched: WatchView = { mark: () => undefined, version: () => undefined };
