import { randomUUID } from 'node:crypto';

interface Given {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

/** An object as text, since most are written once and sent often. */
interface Kept {
  readonly uid: string;
  readonly version: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly whole: string;
  readonly bare: string;
}

export type Change = 'ADDED' | 'MODIFIED' | 'DELETED';
export type Outcome =
  | { readonly code: 200 | 201; readonly body: string }
  | { readonly code: 404 | 409; readonly reason: 'NotFound' | 'AlreadyExists' | 'Conflict' };

/** The objects of one kind in one namespace, with the preconditions of an API server; nothing is checked or filled in. */
export class Objects {
  readonly #kept = new Map<string, Kept>();
  readonly #watchers = new Set<(change: Change, kept: Kept) => void>();
  readonly #nextVersion: () => number;

  constructor(nextVersion: () => number) {
    this.#nextVersion = nextVersion;
  }

  get(name: string): Outcome {
    const kept = this.#kept.get(name);
    return kept === undefined ? absent : { code: 200, body: kept.whole };
  }

  create(body: string): Outcome {
    const given = JSON.parse(body) as Given;
    if (this.#kept.has(given.metadata.name)) return { code: 409, reason: 'AlreadyExists' };
    return { code: 201, body: this.#keep(given, randomUUID(), 'ADDED').whole };
  }

  replace(body: string): Outcome {
    const given = JSON.parse(body) as Given & { metadata: { resourceVersion?: string; uid?: string } };
    const there = this.#kept.get(given.metadata.name);
    if (there === undefined) return absent;
    const { resourceVersion = there.version, uid = there.uid } = given.metadata;
    if (resourceVersion !== there.version || uid !== there.uid) return { code: 409, reason: 'Conflict' };
    return { code: 200, body: this.#keep(given, there.uid, 'MODIFIED').whole };
  }

  remove(name: string): Outcome {
    const there = this.#kept.get(name);
    if (there === undefined) return absent;
    this.#kept.delete(name);
    this.#tell('DELETED', there);
    return { code: 200, body: there.whole };
  }

  /** A page of a list, and whether more of it follows. */
  list(selector: string | undefined, from: number, limit: number) {
    const all = [...this.#kept.values()].filter(selects(selector));
    return { page: all.slice(from, from + limit), more: all.length > from + limit };
  }

  watch(selector: string | undefined, watcher: (change: Change, kept: Kept) => void): () => void {
    const selected = selects(selector);
    const told = (change: Change, kept: Kept): void => {
      if (selected(kept)) watcher(change, kept);
    };
    this.#watchers.add(told);
    return () => this.#watchers.delete(told);
  }

  #keep(given: Given, uid: string, change: Change): Kept {
    const version = String(this.#nextVersion());
    const metadata = {
      ...given.metadata,
      uid,
      resourceVersion: version,
      generation: 1,
      creationTimestamp: new Date().toISOString(),
    };
    const kept: Kept = {
      uid,
      version,
      labels: given.metadata.labels ?? {},
      whole: JSON.stringify({ ...given, metadata }),
      bare: JSON.stringify({ metadata }),
    };
    this.#kept.set(given.metadata.name, kept);
    this.#tell(change, kept);
    return kept;
  }

  #tell(change: Change, kept: Kept): void {
    for (const watcher of this.#watchers) watcher(change, kept);
  }
}

const absent: Outcome = { code: 404, reason: 'NotFound' };

/** Selectors of the forms `name` and `name=value`. */
function selects(selector: string | undefined): (kept: Kept) => boolean {
  const wanted = (selector?.split(',') ?? []).map((part) => part.split('='));
  return ({ labels }) =>
    wanted.every(([name = '', value]) =>
      value === undefined ? labels[name] !== undefined : labels[name] === value,
    );
}
