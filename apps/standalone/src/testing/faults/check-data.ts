/**
 * What must hold of the data when all is over, whatever died in between. Shares no code with the product: it reads the
 * engine's database, the exported files and the published formats by itself. Each check answers with what is wrong.
 */
import { isForwardedTo, maskOf, openField } from '../oracle.ts';
import type { StoredEvent } from './avro-example.ts';
import { readStoredEvent } from './avro-example.ts';
import type { Sent } from './ledger.ts';
import type { ExportedPartition } from './read-exported.ts';
import { wholeLines } from './read-exported.ts';
import type { LogTopic as WholeTopic } from './read-log.ts';

type LogTopic = Pick<WholeTopic, 'partitions'>;

export type Problems = readonly string[];

/** A stream's events, by partition. */
export type Events = readonly (readonly StoredEvent[])[];

export const eventsIn = ({ partitions }: LogTopic): Events =>
  partitions.map((records) => records.map(({ value }) => readStoredEvent(value)));

const idOf = ({ notSensitiveValue }: StoredEvent): string => notSensitiveValue ?? '';

/** An accepted event is there once, one of unknown fate at most once, a refused one not at all. */
export function checkSource(source: Events, sent: ReadonlyMap<string, Sent>): Problems {
  const counts = new Map<string, number>();
  for (const event of source.flat()) counts.set(idOf(event), (counts.get(idOf(event)) ?? 0) + 1);
  const allowed = { accepted: [1], unknown: [0, 1], refused: [0] };
  return [
    ...[...counts.keys()].filter((id) => !sent.has(id)).map((id) => `${id} was stored and never sent`),
    ...[...sent].flatMap(([id, { outcome }]) => {
      const count = counts.get(id) ?? 0;
      return allowed[outcome].includes(count) ? [] : [`${id} was ${outcome} and is stored ${count} times`];
    }),
  ];
}

const personal = ['uniqueIdentifier', 'consistentValue', 'someSensitiveValue'] as const;

/** Every stored event opens with the exported key of its link, and says what was sent. */
export function checkKeys(
  source: Events,
  keys: ReadonlyMap<string, string>,
  sent: ReadonlyMap<string, Sent>,
): Problems {
  return source.flat().flatMap((event) => {
    const key = keys.get(event.keyLink ?? '');
    if (key === undefined) return [`the key of ${idOf(event)} was not exported`];
    return personal.flatMap((field) => {
      const original = sent.get(idOf(event))?.event[field];
      const opened = tryToOpen(key, event[field] ?? '');
      return opened === original ? [] : [`${field} of ${idOf(event)} does not open to what was sent`];
    });
  });
}

function tryToOpen(key: string, ciphertext: string): string | undefined {
  try {
    return openField(key, ciphertext);
  } catch {
    return undefined;
  }
}

/** A key was durable before the first event that it encrypted. */
export function checkKeyOrder(source: LogTopic, keyTopic: LogTopic): Problems {
  const durableAt = new Map<string, number>();
  for (const { key, storedAt } of keyTopic.partitions.flat()) {
    durableAt.set(key, Math.min(storedAt, durableAt.get(key) ?? Infinity));
  }
  return source.partitions.flat().flatMap(({ key, storedAt, value }) => {
    const since = durableAt.get(key);
    if (since !== undefined && since <= storedAt) return [];
    const why = since === undefined ? 'has no key in the journal' : 'is older than its key';
    return [`${idOf(readStoredEvent(value))} ${why}`];
  });
}

export interface Derivation {
  readonly purposes: readonly number[];
  /** Masks the session with this seed. */
  readonly maskSeed?: string;
}

/** A derived stream is, partition by partition and in order, what its source and its consent make of it. */
export const checkDerived = (
  source: Events,
  derived: Events,
  derivation: Derivation,
  sent: ReadonlyMap<string, Sent>,
): Problems => compareInOrder('the derived stream', derive(source, derivation, sent), derived);

/** A stream that was derived from some time on holds all events since `first` was sent, and what was under way then. */
export function checkDerivedSince(
  first: number,
  source: Events,
  derived: Events,
  derivation: Derivation,
  sent: ReadonlyMap<string, Sent>,
): Problems {
  const expected = derive(source, derivation, sent);
  const latest = expected.map((events, partition) =>
    events.slice(events.length - (derived[partition]?.length ?? 0)),
  );
  const found = new Set(derived.flat().map(idOf));
  const since = new Set([...sent.keys()].slice(first));
  return [
    ...compareInOrder('the derived stream', latest, derived),
    ...expected
      .flat()
      .map(idOf)
      .filter((id) => since.has(id) && !found.has(id))
      .map((id) => `${id} was not derived`),
  ];
}

/** What should be derived from a source, by partition and in order. */
function derive(source: Events, { purposes, maskSeed }: Derivation, sent: ReadonlyMap<string, Sent>): Events {
  const plain = (field: (typeof personal)[number], event: StoredEvent) =>
    sent.get(idOf(event))?.event[field] ?? '';
  return source.map((events) =>
    events
      .filter(({ consentLevels }) => isForwardedTo(purposes, consentLevels))
      .map((event) => ({
        ...event,
        ...(purposes.includes(1) ? { uniqueIdentifier: plain('uniqueIdentifier', event) } : {}),
        ...(purposes.includes(2) ? { consistentValue: plain('consistentValue', event) } : {}),
        ...(purposes.includes(3) ? { someSensitiveValue: plain('someSensitiveValue', event) } : {}),
        ...(maskSeed === undefined
          ? {}
          : { consistentValue: maskOf(maskSeed, plain('consistentValue', event)) }),
      })),
  );
}

/** Objects of a stream hold each of its events once and in order, and nothing else. */
export function checkExported(events: Events, exported: ReadonlyMap<number, ExportedPartition>): Problems {
  const found = events.map((_, partition) =>
    wholeLines(exported.get(partition)?.text ?? '').map((line) => {
      const { strmMeta, ...fields } = JSON.parse(line) as { strmMeta: object };
      // The billing id is shown where there is one.
      return { ...strmMeta, ...fields };
    }),
  );
  return compareInOrder('the export', events, found);
}

function compareInOrder(
  what: string,
  expected: readonly (readonly object[])[],
  found: readonly (readonly object[])[],
): Problems {
  return expected.flatMap((events, partition) => {
    const [wanted, have] = [events.map(canonical), (found[partition] ?? []).map(canonical)];
    const at = wanted.findIndex((event, index) => event !== have[index]);
    if (at === -1 && have.length === wanted.length) return [];
    const place = at === -1 ? wanted.length : at;
    return [
      `${what} differs in partition ${partition} at ${place} of ${wanted.length} (has ${have.length}): ` +
        `expected ${wanted[place] ?? 'nothing'}, found ${have[place] ?? 'nothing'}`,
    ];
  });
}

const canonical = (event: object): string =>
  JSON.stringify(
    Object.entries(event)
      .filter(([, value]) => value !== null)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
