import { entities } from '@ccd/protocol';
import { textOf } from '../database/columns.ts';
import type { Queryable, Row, SqlValue } from '../database/database.ts';
import { sqlState } from '../database/database.ts';
import type { Principal } from '../principals.ts';
import { hasRole } from '../rpc/access.ts';
import { alreadyExists } from '../rpc/status-error.ts';

const columns = 'id, organization_id, name, description, state';

const states: Readonly<Record<string, entities.Project_State>> = {
  OPERATIONAL: entities.Project_State.OPERATIONAL,
  ARCHIVED: entities.Project_State.ARCHIVED,
};

function toProject(row: Row): entities.Project {
  return entities.Project.create({
    id: textOf(row, 'id'),
    name: textOf(row, 'name'),
    description: textOf(row, 'description'),
    organizationId: textOf(row, 'organization_id'),
    state: states[textOf(row, 'state')] ?? entities.Project_State.STATE_UNSPECIFIED,
  });
}

async function read(
  database: Queryable,
  condition: string,
  parameters: readonly SqlValue[],
): Promise<readonly entities.Project[]> {
  const rows = await database.query(
    `SELECT ${columns} FROM projects WHERE ${condition} ORDER BY created_at, name`,
    parameters,
  );
  return rows.map(toProject);
}

export async function readProject(database: Queryable, id: string): Promise<entities.Project | undefined> {
  const [project] = await read(database, 'id = $1', [id]);
  return project;
}

/** The projects that a user may see: all of the organisation for its project administrators, else the user's own. */
export function projectsOfUser(
  database: Queryable,
  { organizationId, userId, roles }: Extract<Principal, { readonly realm: 'users' }>,
): Promise<readonly entities.Project[]> {
  if (hasRole(roles, 'PROJECT_ADMIN')) return read(database, 'organization_id = $1', [organizationId]);
  const own = 'organization_id = $1 AND id IN (SELECT project_id FROM project_members WHERE user_id = $2)';
  return read(database, own, [organizationId, userId]);
}

export function projectsOfInstallation(
  database: Queryable,
  installationId: string,
): Promise<readonly entities.Project[]> {
  return read(database, 'installation_id = $1', [installationId]);
}

export interface NewProject {
  readonly id: string;
  readonly organizationId: string;
  readonly installationId: string;
  readonly name: string;
  readonly description: string;
}

/** @throws StatusError ALREADY_EXISTS */
export async function insertProject(database: Queryable, project: NewProject, now: Date): Promise<void> {
  const { id, organizationId, installationId, name, description } = project;
  try {
    await database.query(
      `INSERT INTO projects (id, organization_id, installation_id, name, description, state, created_at)
       VALUES ($1, $2, $3, $4, $5, 'OPERATIONAL', $6)`,
      [id, organizationId, installationId, name, description, now],
    );
  } catch (error) {
    if (sqlState(error) === '23505') throw alreadyExists('Project', name);
    throw error;
  }
}
