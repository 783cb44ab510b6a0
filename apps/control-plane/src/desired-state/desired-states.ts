import type { KnownAnswer, SnapshotMetadata } from '@ccd/controlplane';
import {
  digestAnswer,
  installationKey,
  isStill,
  writeSnapshotMetadata,
  writeUnchanged,
} from '@ccd/controlplane';
import type { Revision } from '@ccd/reconcile';
import { isSameRevision } from '@ccd/reconcile';
import { toGrpcResponse } from '@ccd/service';
import type { GrpcResponse } from '@ccd/service';
import { LRUCache } from 'lru-cache';
import type { Database, Queryable } from '../database/database.ts';
import { createRowCache } from '../database/row-cache.ts';
import { readRemovals, readRevision } from './revision.ts';

/** One agent's answer, the serialised message with what is said beside it: made once for all who are sent it. */
export type DesiredState = GrpcResponse;

/** Builds the answer of one kind from the database. */
export type BuildDesired = (
  database: Queryable,
  installationId: string,
) => Promise<{ readonly bytes: Uint8Array; readonly count: number }>;

/** Whose answer, of which kind, and how it is built. */
export interface DesiredQuestion {
  readonly kind: string;
  readonly installationId: string;
  /** The answer that the agent keeps. */
  readonly known: KnownAnswer | undefined;
  readonly build: BuildDesired;
}

/**
 * The answers that agents poll, each encoded once a revision. An agent that keeps the current answer is told so, without
 * a look into the database.
 */
export interface DesiredStates {
  answer(question: DesiredQuestion): Promise<DesiredState>;
}

export interface DesiredStatesOptions {
  /** Installations and answers that are remembered at most, without their bytes. @default 200 000 */
  readonly capacity?: number;
  /** Bytes of encoded answers that are kept at most. @default 128 MiB */
  readonly maxBytes?: number;
}

/** An answer without its bytes: enough to tell whether an agent has it. */
interface Mark {
  readonly described: Omit<SnapshotMetadata, 'removed'>;
  readonly unchanged: DesiredState;
}

interface Encoded {
  readonly mark: Mark;
  readonly state: DesiredState;
}

const nothing = Buffer.alloc(0);

export function createDesiredStates(
  database: Database,
  { capacity = 200_000, maxBytes = 128 * 1024 * 1024 }: DesiredStatesOptions = {},
): DesiredStates {
  const revisions = createRowCache<Revision>({
    changes: database.changes,
    capacity,
    touches: ({ table, id }) => (table === 'installations' ? [id] : []),
  });
  const marks = new LRUCache<string, Mark>({ max: capacity });
  const answers = new LRUCache<string, Encoded>({
    maxSize: maxBytes,
    sizeCalculation: ({ state }) => state.frame.length + 1_000,
  });
  const underWay = new Map<string, { readonly revision: Revision; readonly encoding: Promise<Encoded> }>();

  async function encode(installationId: string, build: BuildDesired): Promise<Encoded> {
    // One transaction: the list, its revision and its removals have to be of one moment.
    const { bytes, metadata } = await database.transaction(async (transaction) => {
      const revision = await readRevision(transaction, installationId);
      const built = await build(transaction, installationId);
      const removed = await readRemovals(transaction, installationId);
      const digest = digestAnswer(built.bytes);
      return { bytes: built.bytes, metadata: { revision, count: built.count, digest, removed } };
    });
    return {
      mark: {
        described: metadata,
        unchanged: toGrpcResponse(nothing, {
          [installationKey]: installationId,
          ...writeUnchanged(metadata),
        }),
      },
      state: toGrpcResponse(bytes, { [installationKey]: installationId, ...writeSnapshotMetadata(metadata) }),
    };
  }

  /** The whole answer; whoever asks for it at the same time shares the work. */
  async function encoded(
    key: string,
    revision: Revision,
    { installationId, build }: DesiredQuestion,
  ): Promise<Encoded> {
    const kept = answers.get(key);
    if (kept !== undefined && isSameRevision(kept.mark.described.revision, revision)) return kept;
    const before = underWay.get(key);
    if (before !== undefined && isSameRevision(before.revision, revision)) return before.encoding;
    const encoding = encode(installationId, build);
    underWay.set(key, { revision, encoding });
    try {
      const fresh = await encoding;
      marks.set(key, fresh.mark);
      answers.set(key, fresh);
      return fresh;
    } finally {
      if (underWay.get(key)?.encoding === encoding) underWay.delete(key);
    }
  }

  return {
    async answer(question) {
      const { kind, installationId, known } = question;
      const revision = await revisions.get(installationId, () => readRevision(database, installationId));
      const key = `${kind}/${installationId}`;
      const mark = marks.get(key);
      const isKnown = ({ described }: Mark) => known !== undefined && isStill(described, known);
      if (mark !== undefined && isSameRevision(mark.described.revision, revision) && isKnown(mark)) {
        return mark.unchanged;
      }
      const fresh = await encoded(key, revision, question);
      return isKnown(fresh.mark) ? fresh.mark.unchanged : fresh.state;
    },
  };
}
