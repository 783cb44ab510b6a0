/** Calls back once for any number of changes within a turn of the event loop. */
export interface Watchers {
  readonly add: (onChange: () => void) => () => void;
  readonly notify: () => void;
  readonly clear: () => void;
}

export function createWatchers(): Watchers {
  const watchers = new Set<{ readonly onChange: () => void }>();
  let pending: NodeJS.Immediate | undefined;
  return {
    add(onChange) {
      const watcher = { onChange };
      watchers.add(watcher);
      return () => {
        watchers.delete(watcher);
      };
    },
    notify() {
      pending ??= setImmediate(() => {
        pending = undefined;
        for (const { onChange } of watchers) onChange();
      });
    },
    clear() {
      watchers.clear();
      if (pending) clearImmediate(pending);
    },
  };
}
