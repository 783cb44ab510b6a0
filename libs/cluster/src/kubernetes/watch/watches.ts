import type { Resource } from '../client/resources.ts';
import { watchResource } from './watch-resource.ts';
import type { Watch, WatchOptions } from './watch-resource.ts';

/** What is known of the objects of one kind without asking for them. */
export interface WatchView {
  /** While this stands, nothing has changed; undefined where that is not known. */
  mark(): string | undefined;
  /** The version that the watch began from, or of the last change that it told. */
  version(): string | undefined;
}

/** All watches of one connection. */
export interface Watches {
  /** Watches from now on, once. */
  begin(resource: Resource, labelSelector?: string): void;
  viewOf(resource: Resource, labelSelector?: string): WatchView;
  /** Something was written by ourselves, or may have been: no watch has to say so first. */
  wrote(): void;
  stop(): Promise<void>;
}

export function createWatches(
  options: Pick<WatchOptions, 'transport' | 'namespace' | 'clock' | 'onHint'>,
): Watches {
  const watches = new Map<string, Watch>();
  let writes = 0;
  const keyOf = ({ plural }: Resource, labelSelector = ''): string => `${plural} ${labelSelector}`;
  return {
    begin(resource, labelSelector) {
      const key = keyOf(resource, labelSelector);
      if (watches.has(key)) return;
      watches.set(
        key,
        watchResource({ ...options, resource, ...(labelSelector !== undefined && { labelSelector }) }),
      );
    },
    viewOf(resource, labelSelector) {
      const key = keyOf(resource, labelSelector);
      return {
        mark() {
          const told = watches.get(key)?.told();
          return told === undefined ? undefined : `${told} ${writes}`;
        },
        version: () => watches.get(key)?.version(),
      };
    },
    wrote() {
      writes += 1;
    },
    async stop() {
      await Promise.all([...watches.values()].map((watch) => watch.stop()));
    },
  };
}
