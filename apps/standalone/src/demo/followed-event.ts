/** An event in plain JSON, as the simulator and the web socket have it. */
export interface PlainEvent {
  readonly strmMeta: {
    readonly consentLevels: readonly number[];
    readonly nonce?: unknown;
    readonly keyLink?: unknown;
    readonly timestamp?: unknown;
  };
  readonly [field: string]: unknown;
}

/** One event on its way: as sent, as stored, and as derived, as soon as each is known. */
export interface FollowedEvent {
  /** Tells that an event is about to be sent. One that every derived stream will hold is followed. */
  sent(event: PlainEvent, at: number): void;
  /** Tells that a stream holds an event. */
  seen(stream: string, event: PlainEvent): void;
}

export interface FollowOptions {
  readonly source: string;
  readonly derived: readonly string[];
  /** Purposes that an event needs to reach every derived stream. */
  readonly purposes: readonly number[];
  readonly onComplete: (lines: readonly string[]) => void;
}

/** How long a stream may take to show the event. */
const patienceMs = 5_000;

/** Follows one event through the streams; in the source it is known by what is not personal, from then on by its id. */
export function createFollowedEvent(options: FollowOptions): FollowedEvent {
  const { source, derived, purposes, onComplete } = options;
  const copies = new Map<string, PlainEvent>();
  /** Derived events may come before the source's. */
  const early: [string, PlainEvent][] = [];
  let original: { readonly event: PlainEvent; readonly at: number } | undefined;
  let done = false;

  const isStored = ({ strmMeta, notSensitiveValue }: PlainEvent): boolean =>
    original !== undefined &&
    notSensitiveValue === original.event['notSensitiveValue'] &&
    strmMeta.consentLevels.join() === original.event.strmMeta.consentLevels.join() &&
    typeof strmMeta.timestamp === 'number' &&
    strmMeta.timestamp >= original.at;

  function isSame({ strmMeta }: PlainEvent): boolean {
    const stored = copies.get(source)?.strmMeta;
    return stored !== undefined && stored.nonce === strmMeta.nonce && stored.keyLink === strmMeta.keyLink;
  }

  function take(stream: string, event: PlainEvent): void {
    if (stream === source ? isStored(event) : isSame(event)) {
      if (!copies.has(stream)) copies.set(stream, event);
    } else if (stream !== source) early.push([stream, event]);
  }

  function complete(): void {
    if (done || original === undefined || copies.size < derived.length + 1) return;
    done = true;
    onComplete([
      toLine('as sent', original.event),
      toLine(`as stored (${source})`, copies.get(source)),
      ...derived.map((stream) => toLine(`as derived (${stream})`, copies.get(stream))),
    ]);
  }

  return {
    sent(event, at) {
      if (done || !purposes.every((purpose) => event.strmMeta.consentLevels.includes(purpose))) return;
      // One that nobody has seen was refused, or sent before somebody looked: then the next one is followed.
      if (copies.size > 0 && original !== undefined && at - original.at < patienceMs) return;
      original = { event, at };
      copies.clear();
      early.length = 0;
    },
    seen(stream, event) {
      if (done || original === undefined) return;
      take(stream, event);
      if (stream === source && copies.has(source)) {
        for (const [where, waiting] of early.splice(0)) if (isSame(waiting)) copies.set(where, waiting);
      }
      complete();
    },
  };
}

function toLine(
  title: string,
  { strmMeta, ...fields }: PlainEvent = { strmMeta: { consentLevels: [] } },
): string {
  const shown = Object.entries(fields).map(([name, value]) => `${name} ${shorten(String(value))}`);
  return `  ${title.padEnd(24)} ${shown.join('  ')}  (purposes ${strmMeta.consentLevels.join(',')})`;
}

const shorten = (text: string): string => (text.length > 18 ? `${text.slice(0, 17)}…` : text);
