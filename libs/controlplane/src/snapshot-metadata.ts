import { createHash } from 'node:crypto';
import type { ResourceKey, Revision } from '@ccd/reconcile';
import { formatRevision } from '@ccd/reconcile';

/**
 * What our server sends beside an agent's answer, as initial response metadata, so that an empty or damaged answer
 * cannot pass for "nothing should exist". The message itself stays the public one.
 */
export interface SnapshotMetadata {
  readonly revision: Revision;
  /** Number of items in the answer's repeated field. */
  readonly count: number;
  /** SHA-256 of the serialised response message, lower-case hex. */
  readonly digest: string;
  /** The latest removals that users asked for, at most 100, newest first. */
  readonly removed: readonly ResourceKey[];
}

export const metadataKeys = {
  /** `<epoch>/<number>` */
  revision: 'ccd-revision',
  count: 'ccd-count',
  digest: 'ccd-digest',
  /** `<kind>/<id>` joined by commas; absent where there is none. */
  removed: 'ccd-removed',
} as const;

/** Beside any answer of ours: the installation that it is for. One for another installation is no answer. */
export const installationKey = 'ccd-installation';

/** Removals that an answer names at most. */
export const maxRemoved = 100;

/** Response metadata as grpc-js hands it out. */
export interface MetadataSource {
  get(key: string): readonly (string | Buffer)[];
}

/** Metadata of ours that is there and does not say what it should. */
export class MalformedMetadataError extends Error {
  override readonly name = 'MalformedMetadataError';
  readonly key: string;

  constructor(key: string, problem: string) {
    super(`metadata ${key} ${problem}`);
    this.key = key;
  }
}

/** The digest of a serialised answer. */
export function digestAnswer(answer: Uint8Array): string {
  return createHash('sha256').update(answer).digest('hex');
}

const uint64 = 2n ** 64n;
const patterns = {
  revision: /^(?<epoch>[\w.:-]{1,100})\/(?<number>0|[1-9]\d{0,19})$/,
  count: /^(0|[1-9]\d{0,8})$/,
  digest: /^[0-9a-f]{64}$/,
  removed: /^(?<kind>[a-z][a-z-]{0,39})\/(?<id>[\w-]{1,64})$/,
};

/**
 * Reads the metadata of an answer; undefined where the server sends none of it (it is not ours).
 * @throws MalformedMetadataError where a part is missing, stands twice or is not of its form
 */
export function readSnapshotMetadata(metadata: MetadataSource): SnapshotMetadata | undefined {
  const [revision, count, digest, removed] = [
    readOne(metadata, metadataKeys.revision),
    readOne(metadata, metadataKeys.count),
    readOne(metadata, metadataKeys.digest),
    readOne(metadata, metadataKeys.removed),
  ];
  if ([revision, count, digest, removed].every((value) => value === undefined)) return undefined;
  return {
    revision: readRevision(metadataKeys.revision, required(metadataKeys.revision, revision)),
    count: Number(matching(metadataKeys.count, patterns.count, required(metadataKeys.count, count))),
    digest: matching(metadataKeys.digest, patterns.digest, required(metadataKeys.digest, digest)),
    removed: removed === undefined ? [] : readRemoved(removed),
  };
}

/**
 * The metadata as header names and values.
 * @throws MalformedMetadataError for what `readSnapshotMetadata` would not accept
 */
export function writeSnapshotMetadata({
  revision,
  count,
  digest,
  removed,
}: SnapshotMetadata): Record<string, string> {
  const written: Record<string, string> = {
    [metadataKeys.revision]: formatRevision(revision),
    [metadataKeys.count]: count.toString(),
    [metadataKeys.digest]: digest,
  };
  if (removed.length > 0) {
    written[metadataKeys.removed] = removed.map(({ kind, id }) => `${kind}/${id}`).join(',');
  }
  readSnapshotMetadata({ get: (key) => [written[key] ?? []].flat() });
  return written;
}

/** The one value of a key, if it is there. @throws MalformedMetadataError */
export function readOne(metadata: MetadataSource, key: string): string | undefined {
  const values = metadata.get(key);
  if (values.length > 1) throw new MalformedMetadataError(key, 'stands there more than once');
  const [value] = values;
  if (value !== undefined && typeof value !== 'string') throw new MalformedMetadataError(key, 'is not text');
  return value;
}

function required(key: string, value: string | undefined): string {
  if (value === undefined) throw new MalformedMetadataError(key, 'is missing beside the others');
  return value;
}

function matching(key: string, pattern: RegExp, value: string): string {
  if (!pattern.test(value)) throw new MalformedMetadataError(key, 'is malformed');
  return value;
}

/** @throws MalformedMetadataError */
export function readRevision(key: string, value: string): Revision {
  const groups = patterns.revision.exec(value)?.groups;
  const [epoch, number] = [groups?.['epoch'], groups?.['number']];
  if (epoch === undefined || number === undefined || BigInt(number) >= uint64) {
    throw new MalformedMetadataError(key, 'is malformed');
  }
  return { epoch, number: BigInt(number) };
}

function readRemoved(value: string): ResourceKey[] {
  const parts = value.split(',');
  if (parts.length > maxRemoved) {
    throw new MalformedMetadataError(metadataKeys.removed, `names more than ${maxRemoved} removals`);
  }
  return parts.map((part) => {
    const groups = patterns.removed.exec(part)?.groups;
    const [kind, id] = [groups?.['kind'], groups?.['id']];
    if (kind === undefined || id === undefined) {
      throw new MalformedMetadataError(metadataKeys.removed, 'is malformed');
    }
    return { kind, id };
  });
}
