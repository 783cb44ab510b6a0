import { UnreadableDocumentError } from './errors.ts';
import { formatRevision, parseRevision } from './fingerprint.ts';
import type {
  AnswerMark,
  DesiredSnapshot,
  GuardRecord,
  GuardRecordStore,
  ReleaseSource,
  ResourceKey,
  SnapshotStore,
} from './types.ts';

/** A place for small texts by name, such as the agent's own objects in the cluster. */
export interface Documents {
  load(document: string): Promise<string | undefined>;
  save(document: string, text: string): Promise<void>;
}

/** How a spec is written as JSON. `decode` throws where the value is not one. */
export interface SpecCodec<Spec> {
  encode(spec: Spec): unknown;
  decode(value: unknown): Spec;
}

/** Written first in each document; a document of another format is refused, not guessed at. */
const format = 1;

/** Keeps the snapshot as JSON in the document `snapshot`. */
export function createSnapshotStore<Spec>(documents: Documents, codec: SpecCodec<Spec>): SnapshotStore<Spec> {
  const name = 'snapshot';
  return {
    async load() {
      const text = await documents.load(name);
      return text === undefined
        ? undefined
        : read(name, text, ({ revision, digest, items, removed }): DesiredSnapshot<Spec> => ({
            ...toMark({ revision, digest }),
            items: toArray(items).map((item) => {
              const { kind, id, hash, spec } = toObject(item);
              return { key: toKey({ kind, id }), hash: toText(hash), spec: codec.decode(spec) };
            }),
            removed: toArray(removed).map(toKey),
          }));
    },
    async save({ items, removed, ...mark }) {
      const document = {
        format,
        ...(mark.revision && fromMark({ ...mark, revision: mark.revision })),
        items: items.map(({ key, hash, spec }) => ({ ...fromKey(key), hash, spec: codec.encode(spec) })),
        removed: removed.map(fromKey),
      };
      await documents.save(name, JSON.stringify(document));
    },
  };
}

/** Keeps the guard's record as JSON in the document `guard`. */
export function createGuardRecordStore(documents: Documents): GuardRecordStore {
  const name = 'guard';
  return {
    async load() {
      const text = await documents.load(name);
      return text === undefined
        ? undefined
        : read(name, text, ({ accepted, withheld, hold, deletions }): GuardRecord => ({
            ...(accepted !== undefined && { accepted: toKnownMark(accepted) }),
            ...(withheld !== undefined && { withheld: toKnownMark(withheld) }),
            ...(hold !== undefined && { hold: { resources: toNumber(toObject(hold)['resources']) } }),
            deletions: toArray(deletions).map((deletion) => ({
              key: toKey(deletion),
              at: toNumber(toObject(deletion)['at']),
            })),
          }));
    },
    async save({ accepted, withheld, hold, deletions }) {
      const document = {
        format,
        ...(accepted && { accepted: fromMark(accepted) }),
        ...(withheld && { withheld: fromMark(withheld) }),
        ...(hold && { hold }),
        deletions: deletions.map(({ key, at }) => ({ ...fromKey(key), at })),
      };
      await documents.save(name, JSON.stringify(document));
    },
  };
}

/** Reads a release that was left as the text `<epoch>/<number>`. */
export function createReleaseSource(agent: { release(): Promise<string | undefined> }): ReleaseSource {
  return {
    async released() {
      const text = await agent.release();
      if (text === undefined || text.trim() === '') return undefined;
      const revision = parseRevision(text);
      if (revision === undefined) throw new UnreadableDocumentError('release');
      return revision;
    },
  };
}

type Fields = Readonly<Record<string, unknown>>;

function read<T>(name: string, text: string, convert: (fields: Fields) => T): T {
  try {
    const fields = toObject(JSON.parse(text));
    if (fields['format'] !== format) throw new TypeError('it has another format');
    return convert(fields);
  } catch (cause) {
    throw new UnreadableDocumentError(name, { cause });
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toObject(value: unknown): Fields {
  if (!isFields(value)) throw new TypeError('an object is missing');
  return value;
}

function toArray(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError('a list is missing');
  return value;
}

function toText(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('a text is missing');
  return value;
}

function toNumber(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError('a number is missing');
  return value;
}

function toKey(value: unknown): ResourceKey {
  const { kind, id } = toObject(value);
  return { kind: toText(kind), id: toText(id) };
}

function fromKey({ kind, id }: ResourceKey): ResourceKey {
  return { kind, id };
}

function toMark({ revision, digest }: Fields): Partial<AnswerMark> {
  return revision === undefined ? {} : toKnownMark({ revision, digest });
}

function toKnownMark(value: unknown): AnswerMark {
  const { revision, digest } = toObject(value);
  const parsed = parseRevision(toText(revision));
  if (parsed === undefined) throw new TypeError('a revision is missing');
  return { revision: parsed, ...(digest !== undefined && { digest: toText(digest) }) };
}

function fromMark({ revision, digest }: AnswerMark): Fields {
  return { revision: formatRevision(revision), ...(digest !== undefined && { digest }) };
}
