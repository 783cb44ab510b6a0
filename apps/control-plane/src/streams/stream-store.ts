import { randomUUID } from 'node:crypto';
import { entities } from '@ccd/protocol';
import { bytesOf, optionalTextOf, textOf } from '../database/columns.ts';
import type { Queryable, Row, SqlValue } from '../database/database.ts';
import { sqlState } from '../database/database.ts';
import { alreadyExists } from '../rpc/status-error.ts';
import { randomId, randomSecret } from '../secrets/random-text.ts';
import type { SecretBox } from '../secrets/secret-box.ts';

/** A stream as it is stored: the public message without its secrets, and these beside it. */
export interface StoredStream {
  /** Also the uuid in its topic's name. */
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  /** The source of a derived stream. */
  readonly sourceId?: string;
  readonly message: entities.Stream;
  readonly maskSeed?: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export type NewStream = Pick<StoredStream, 'projectId' | 'name' | 'sourceId' | 'message' | 'maskSeed'>;

const select = `
  SELECT s.id, s.project_id, s.name, s.source_id, s.message, s.mask_seed, c.client_id, c.secret
  FROM streams s JOIN clients c ON c.stream_id = s.id AND c.realm = 'streams'`;

/** Reads and writes streams together with their credentials. */
export class StreamStore {
  readonly #secrets: SecretBox;

  constructor(secrets: SecretBox) {
    this.#secrets = secrets;
  }

  async find(database: Queryable, projectId: string, name: string): Promise<StoredStream | undefined> {
    const [stream] = await this.#read(database, 's.project_id = $1 AND s.name = $2', [projectId, name]);
    return stream;
  }

  ofOrganization(database: Queryable, organizationId: string): Promise<readonly StoredStream[]> {
    const inProjects = 's.project_id IN (SELECT id FROM projects WHERE organization_id = $1)';
    return this.#read(database, inProjects, [organizationId]);
  }

  /** Sources before the streams derived from them, then by name. */
  ofProject(database: Queryable, projectId: string): Promise<readonly StoredStream[]> {
    return this.#read(database, 's.project_id = $1', [projectId]);
  }

  derivedFrom(database: Queryable, sourceId: string): Promise<readonly StoredStream[]> {
    return this.#read(database, 's.source_id = $1', [sourceId]);
  }

  ofInstallation(database: Queryable, installationId: string): Promise<readonly StoredStream[]> {
    const inProjects = 's.project_id IN (SELECT id FROM projects WHERE installation_id = $1)';
    return this.#read(database, inProjects, [installationId]);
  }

  byClientIds(
    database: Queryable,
    installationId: string,
    clientIds: readonly string[],
  ): Promise<readonly StoredStream[]> {
    const condition =
      'c.client_id = ANY($2) AND s.project_id IN (SELECT id FROM projects WHERE installation_id = $1)';
    return this.#read(database, condition, [installationId, clientIds]);
  }

  /** @throws StatusError ALREADY_EXISTS */
  async insert(database: Queryable, stream: NewStream, now: Date): Promise<StoredStream> {
    const { projectId, name, sourceId, message, maskSeed } = stream;
    const stored = {
      ...stream,
      id: randomUUID(),
      clientId: `stream-${randomId()}`,
      clientSecret: randomSecret(),
    };
    try {
      await database.query(
        `INSERT INTO streams (id, project_id, name, source_id, message, mask_seed, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)`,
        [
          stored.id,
          projectId,
          name,
          sourceId ?? null,
          entities.Stream.encode(message).finish(),
          maskSeed === undefined ? null : this.#secrets.seal(maskSeed),
          now,
        ],
      );
    } catch (error) {
      if (sqlState(error) === uniqueViolation) throw alreadyExists('Stream', name);
      throw error;
    }
    await database.query(
      'INSERT INTO clients (realm, client_id, secret, stream_id) VALUES ($1, $2, $3, $4)',
      ['streams', stored.clientId, this.#secrets.seal(stored.clientSecret), stored.id],
    );
    return stored;
  }

  /** Its credentials go with it. */
  async remove(database: Queryable, id: string): Promise<void> {
    await database.query('DELETE FROM streams WHERE id = $1', [id]);
  }

  async #read(
    database: Queryable,
    condition: string,
    parameters: readonly SqlValue[],
  ): Promise<readonly StoredStream[]> {
    const order = 'ORDER BY s.project_id, s.source_id IS NOT NULL, s.name';
    const rows = await database.query(`${select} WHERE ${condition} ${order}`, parameters);
    return rows.map((row) => this.#toStream(row));
  }

  #toStream(row: Row): StoredStream {
    const sourceId = optionalTextOf(row, 'source_id');
    return {
      id: textOf(row, 'id'),
      projectId: textOf(row, 'project_id'),
      name: textOf(row, 'name'),
      message: entities.Stream.decode(bytesOf(row, 'message')),
      clientId: textOf(row, 'client_id'),
      clientSecret: this.#secrets.open(bytesOf(row, 'secret')),
      ...(sourceId === undefined ? {} : { sourceId }),
      ...(row['mask_seed'] === null ? {} : { maskSeed: this.#secrets.open(bytesOf(row, 'mask_seed')) }),
    };
  }
}

const uniqueViolation = '23505';
