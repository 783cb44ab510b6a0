import { entities } from '@ccd/protocol';
import { textOf, textsOf } from '../database/columns.ts';
import type { Queryable, Row, SqlValue } from '../database/database.ts';
import { isUserRole } from '../principals.ts';
import { notFound } from '../rpc/status-error.ts';

export interface Organization {
  readonly id: string;
  readonly name: string;
  /** First part of the references of its data contracts. */
  readonly handle: string;
}

export async function readOrganization(database: Queryable, id: string): Promise<Organization> {
  const [row] = await database.query('SELECT name, handle FROM organizations WHERE id = $1', [id]);
  if (row === undefined) throw new TypeError('a verified caller has an organisation');
  return { id, name: textOf(row, 'name'), handle: textOf(row, 'handle') };
}

const columns = 'u.id, u.organization_id, u.email, u.first_name, u.last_name, u.roles';

export function usersOfOrganization(
  database: Queryable,
  organizationId: string,
): Promise<readonly entities.User[]> {
  return readUsers(database, 'u.organization_id = $1', [organizationId]);
}

export function usersOfProject(database: Queryable, projectId: string): Promise<readonly entities.User[]> {
  const members = 'u.id IN (SELECT user_id FROM project_members WHERE project_id = $1)';
  return readUsers(database, members, [projectId]);
}

/** @throws StatusError NOT_FOUND where the organisation has no user of that address */
export async function requireUserByEmail(
  database: Queryable,
  organizationId: string,
  email: string,
): Promise<entities.User> {
  const condition = 'u.organization_id = $1 AND lower(u.email) = lower($2)';
  const [user] = await readUsers(database, condition, [organizationId, email]);
  if (user === undefined) throw notFound('User', email);
  return user;
}

async function readUsers(
  database: Queryable,
  condition: string,
  parameters: readonly SqlValue[],
): Promise<readonly entities.User[]> {
  const rows = await database.query(
    `SELECT ${columns} FROM users u WHERE ${condition} ORDER BY u.email`,
    parameters,
  );
  return rows.map(toUser);
}

function toUser(row: Row): entities.User {
  return entities.User.create({
    email: textOf(row, 'email'),
    firstName: textOf(row, 'first_name'),
    lastName: textOf(row, 'last_name'),
    userRoles: textsOf(row, 'roles')
      .filter(isUserRole)
      .map((role) => entities.UserRole[role]),
    externalUserId: textOf(row, 'id'),
    organizationId: textOf(row, 'organization_id'),
  });
}
