import { createHash } from 'node:crypto';
import type { SnapshotMetadata } from '@ccd/controlplane';
import type { Revision } from '@ccd/reconcile';
import type { Database, Queryable } from '../database/database.ts';
import { readRemovals, readRevision } from './revision.ts';

/** One agent's whole answer: the serialised message and what is said beside it. */
export interface DesiredState {
  readonly bytes: Buffer;
  readonly metadata: SnapshotMetadata;
}

/** Builds the answer of one kind from the database. */
export type BuildDesired = (
  database: Queryable,
  installationId: string,
) => Promise<{ readonly bytes: Uint8Array; readonly count: number }>;

/** The answers that agents poll, each encoded once a revision. */
export interface DesiredStates {
  get(kind: string, installationId: string, build: BuildDesired): Promise<DesiredState>;
}

export function createDesiredStates(database: Database): DesiredStates {
  const cache = new Map<string, Promise<DesiredState>>();
  const revisions = new Map<string, Revision>();

  async function encode(installationId: string, build: BuildDesired): Promise<DesiredState> {
    // One transaction: the list, its revision and its removals have to be of one moment.
    return database.transaction(async (transaction) => {
      const revision = await readRevision(transaction, installationId);
      const { bytes, count } = await build(transaction, installationId);
      const digest = createHash('sha256').update(bytes).digest('hex');
      const removed = await readRemovals(transaction, installationId);
      return { bytes: Buffer.from(bytes), metadata: { revision, count, digest, removed } };
    });
  }

  return {
    async get(kind, installationId, build) {
      const revision = await readRevision(database, installationId);
      const key = `${kind}/${installationId}`;
      const known = revisions.get(key);
      const cached = cache.get(key);
      if (cached !== undefined && known?.epoch === revision.epoch && known.number === revision.number) {
        return cached;
      }
      const encoding = encode(installationId, build);
      revisions.set(key, revision);
      cache.set(key, encoding);
      encoding.catch(() => {
        if (cache.get(key) === encoding) cache.delete(key);
      });
      return encoding;
    },
  };
}
