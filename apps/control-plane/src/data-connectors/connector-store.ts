import { randomUUID } from 'node:crypto';
import { entities } from '@ccd/protocol';
import { bytesOf, textOf } from '../database/columns.ts';
import type { Queryable, Row, SqlValue } from '../database/database.ts';
import { sqlState } from '../database/database.ts';
import { alreadyExists } from '../rpc/status-error.ts';
import type { SecretBox } from '../secrets/secret-box.ts';

export interface StoredConnector {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  /** With its location, credentials included. */
  readonly message: entities.DataConnector;
}

/** Reads and writes data connectors; whole locations are kept encrypted, since any of them may hold a credential. */
export class ConnectorStore {
  readonly #secrets: SecretBox;

  constructor(secrets: SecretBox) {
    this.#secrets = secrets;
  }

  async find(database: Queryable, projectId: string, name: string): Promise<StoredConnector | undefined> {
    const [connector] = await this.#read(database, 'project_id = $1 AND name = $2', [projectId, name]);
    return connector;
  }

  ofProject(database: Queryable, projectId: string): Promise<readonly StoredConnector[]> {
    return this.#read(database, 'project_id = $1', [projectId]);
  }

  ofInstallation(database: Queryable, installationId: string): Promise<readonly StoredConnector[]> {
    const inProjects = 'project_id IN (SELECT id FROM projects WHERE installation_id = $1)';
    return this.#read(database, inProjects, [installationId]);
  }

  /** @throws StatusError ALREADY_EXISTS */
  async insert(
    database: Queryable,
    { projectId, name, message }: Omit<StoredConnector, 'id'>,
    now: Date,
  ): Promise<StoredConnector> {
    const id = randomUUID();
    const open = entities.DataConnector.create({ ref: message.ref, uuid: id });
    const located = entities.DataConnector.create({ location: message.location });
    try {
      await database.query(
        `INSERT INTO data_connectors (id, project_id, name, message, location, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)`,
        [id, projectId, name, encode(open), this.#secrets.seal(toText(encode(located))), now],
      );
    } catch (error) {
      if (sqlState(error) === '23505') throw alreadyExists('Data connector', name);
      throw error;
    }
    return { id, projectId, name, message: { ...open, location: message.location } };
  }

  async remove(database: Queryable, id: string): Promise<void> {
    await database.query('DELETE FROM data_connectors WHERE id = $1', [id]);
  }

  async #read(
    database: Queryable,
    condition: string,
    parameters: readonly SqlValue[],
  ): Promise<readonly StoredConnector[]> {
    const rows = await database.query(
      `SELECT id, project_id, name, message, location FROM data_connectors WHERE ${condition} ORDER BY name`,
      parameters,
    );
    return rows.map((row) => this.#toConnector(row));
  }

  #toConnector(row: Row): StoredConnector {
    const located = Buffer.from(this.#secrets.open(bytesOf(row, 'location')), 'base64');
    const { location } = entities.DataConnector.decode(located);
    return {
      id: textOf(row, 'id'),
      projectId: textOf(row, 'project_id'),
      name: textOf(row, 'name'),
      message: { ...entities.DataConnector.decode(bytesOf(row, 'message')), location },
    };
  }
}

const encode = (message: entities.DataConnector): Uint8Array =>
  entities.DataConnector.encode(message).finish();
const toText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
