/** A topic as the brokers' metadata has it. */
export interface TopicEntry {
  readonly name: string;
  readonly id: string;
  readonly internal: boolean;
  /** Node ids of the partitions' leaders, in the order of the partitions; -1: none for the moment. */
  readonly leaders: readonly number[];
}

/** Partitions may be added by others; leaders that have moved show themselves by an error. */
const maxAgeMs = 60_000;

/** What is known of topics, for a while. */
export class TopicTable {
  readonly #entries = new Map<string, { readonly entry: TopicEntry; readonly until: number }>();

  get(name: string, now: number): TopicEntry | undefined {
    const found = this.#entries.get(name);
    return found && found.until > now ? found.entry : undefined;
  }

  set(entry: TopicEntry, now: number): void {
    this.#entries.set(entry.name, { entry, until: now + maxAgeMs });
  }

  forget(name: string): void {
    this.#entries.delete(name);
  }
}
