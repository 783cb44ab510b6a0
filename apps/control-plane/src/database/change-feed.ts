/** The channel on which the triggers of the schema tell of changes. */
export const changesChannel = 'ccd_changes';

export interface ChangedRow {
  readonly table: string;
  readonly id: string;
}

export interface ChangeListener {
  /** A row was changed or removed. Comes with the commit, or soon after it. */
  changed(row: ChangedRow): void;
  /** Changes may have gone unheard: nothing that was remembered counts any more. */
  missed(): void;
}

/** Changes of the rows whose tables have the trigger `tell_change` (see `migrations.ts`), by whichever process. */
export interface ChangeFeed {
  /** Whether changes are heard of, within seconds. While they are not, nothing may be remembered. */
  isLive(): boolean;
  subscribe(listener: ChangeListener): void;
}

/** A feed and what its source tells it. */
export interface ChangeSource extends ChangeFeed {
  /** @param row `<table>/<id>` */
  tell(row: string): void;
  /** Whether the source hears now. Told again, it begins anew. */
  setLive(live: boolean): void;
}

export function createChangeSource(): ChangeSource {
  const listeners: ChangeListener[] = [];
  let isLive = false;

  return {
    isLive: () => isLive,
    subscribe(listener) {
      listeners.push(listener);
    },
    tell(row) {
      const [table = ''] = row.split('/', 1);
      const id = row.slice(table.length + 1);
      for (const listener of listeners) listener.changed({ table, id });
    },
    setLive(live) {
      isLive = live;
      for (const listener of listeners) listener.missed();
    },
  };
}
