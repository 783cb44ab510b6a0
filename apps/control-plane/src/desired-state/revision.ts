import { randomUUID } from 'node:crypto';
import type { ResourceKey, Revision } from '@ccd/reconcile';
import { bigintOf, textOf } from '../database/columns.ts';
import type { Queryable } from '../database/database.ts';

/** Kinds of entities that agents bring into being; named in removals. */
export type DesiredKind = 'stream' | 'key-stream' | 'data-connector' | 'batch-exporter';

/** Starts a history: a restored or a new database must not pass for the one before. */
export const newEpoch = (): string => randomUUID();

/** Has to run in every transaction that changes what an installation should run. */
export async function advanceRevision(transaction: Queryable, installationId: string): Promise<void> {
  await transaction.query('UPDATE installations SET revision = revision + 1 WHERE id = $1', [installationId]);
}

/** Notes that a user asked for the removal, so that agents need not take it for a mistake. */
export async function recordRemoval(
  transaction: Queryable,
  installationId: string,
  kind: DesiredKind,
  entityId: string,
): Promise<void> {
  await transaction.query('INSERT INTO removals (installation_id, kind, entity_id) VALUES ($1, $2, $3)', [
    installationId,
    kind,
    entityId,
  ]);
}

export async function readRevision(database: Queryable, installationId: string): Promise<Revision> {
  const [row] = await database.query('SELECT epoch, revision FROM installations WHERE id = $1', [
    installationId,
  ]);
  if (row === undefined) throw new TypeError('a verified installation is in the database');
  return { epoch: textOf(row, 'epoch'), number: bigintOf(row, 'revision') };
}

const maxRemovals = 100;

/** The latest removals that users asked for, newest first. */
export async function readRemovals(
  database: Queryable,
  installationId: string,
): Promise<readonly ResourceKey[]> {
  const rows = await database.query(
    'SELECT kind, entity_id FROM removals WHERE installation_id = $1 ORDER BY number DESC LIMIT $2',
    [installationId, maxRemovals],
  );
  return rows.map((row) => ({ kind: textOf(row, 'kind'), id: textOf(row, 'entity_id') }));
}
