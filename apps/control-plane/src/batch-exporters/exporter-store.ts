import { randomUUID } from 'node:crypto';
import { entities } from '@ccd/protocol';
import { bytesOf, textOf } from '../database/columns.ts';
import type { Queryable, Row, SqlValue } from '../database/database.ts';
import { sqlState } from '../database/database.ts';
import { alreadyExists } from '../rpc/status-error.ts';

export interface StoredExporter {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  readonly streamId: string;
  readonly content: 'events' | 'keys';
  readonly dataConnectorId: string;
  readonly message: entities.BatchExporter;
}

const columns = 'id, project_id, name, stream_id, content, data_connector_id, message';

/** Reads and writes batch exporters. */
export class ExporterStore {
  async find(database: Queryable, projectId: string, name: string): Promise<StoredExporter | undefined> {
    const [exporter] = await read(database, 'project_id = $1 AND name = $2', [projectId, name]);
    return exporter;
  }

  ofProject(database: Queryable, projectId: string): Promise<readonly StoredExporter[]> {
    return read(database, 'project_id = $1', [projectId]);
  }

  ofStreams(database: Queryable, streamIds: readonly string[]): Promise<readonly StoredExporter[]> {
    return read(database, 'stream_id = ANY($1::uuid[])', [streamIds]);
  }

  ofConnector(database: Queryable, dataConnectorId: string): Promise<readonly StoredExporter[]> {
    return read(database, 'data_connector_id = $1', [dataConnectorId]);
  }

  ofInstallation(database: Queryable, installationId: string): Promise<readonly StoredExporter[]> {
    const inProjects = 'project_id IN (SELECT id FROM projects WHERE installation_id = $1)';
    return read(database, inProjects, [installationId]);
  }

  /** @throws StatusError ALREADY_EXISTS */
  async insert(
    database: Queryable,
    exporter: Omit<StoredExporter, 'id'>,
    now: Date,
  ): Promise<StoredExporter> {
    const stored = { ...exporter, id: randomUUID() };
    try {
      await database.query(
        `INSERT INTO batch_exporters (${columns}, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [
          stored.id,
          stored.projectId,
          stored.name,
          stored.streamId,
          stored.content,
          stored.dataConnectorId,
          entities.BatchExporter.encode(stored.message).finish(),
          now,
        ],
      );
    } catch (error) {
      if (sqlState(error) === '23505') throw alreadyExists('Batch exporter', stored.name);
      throw error;
    }
    return stored;
  }

  async remove(database: Queryable, id: string): Promise<void> {
    await database.query('DELETE FROM batch_exporters WHERE id = $1', [id]);
  }
}

async function read(
  database: Queryable,
  condition: string,
  parameters: readonly SqlValue[],
): Promise<readonly StoredExporter[]> {
  const rows = await database.query(
    `SELECT ${columns} FROM batch_exporters WHERE ${condition} ORDER BY name`,
    parameters,
  );
  return rows.map(toExporter);
}

function toExporter(row: Row): StoredExporter {
  return {
    id: textOf(row, 'id'),
    projectId: textOf(row, 'project_id'),
    name: textOf(row, 'name'),
    streamId: textOf(row, 'stream_id'),
    content: textOf(row, 'content') === 'keys' ? 'keys' : 'events',
    dataConnectorId: textOf(row, 'data_connector_id'),
    message: entities.BatchExporter.decode(bytesOf(row, 'message')),
  };
}
