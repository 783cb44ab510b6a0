import { booleanOf, textOf } from '../database/columns.ts';
import type { Queryable } from '../database/database.ts';
import type { Principal } from '../principals.ts';
import { hasRole } from '../rpc/access.ts';
import { invalidArgument, notFound, permissionDenied } from '../rpc/status-error.ts';

/** A project that the caller may use. */
export interface ProjectAccess {
  readonly id: string;
  readonly name: string;
  readonly organizationId: string;
  readonly installationId: string;
}

/**
 * The project, if the caller may see it: users in projects that they are members of, administrators in all of their
 * organisation, installations in the projects that they run. Whatever lies outside does not exist for the caller.
 * @throws StatusError NOT_FOUND, INVALID_ARGUMENT
 */
export async function requireProject(
  database: Queryable,
  principal: Principal,
  projectId: string,
): Promise<ProjectAccess> {
  if (projectId === '') throw invalidArgument('A project id is needed');
  const userId = principal.realm === 'users' ? principal.userId : null;
  const [row] = await database.query(
    `SELECT p.id, p.name, p.organization_id, p.installation_id, p.state, m.user_id IS NOT NULL AS member
     FROM projects p LEFT JOIN project_members m ON m.project_id = p.id AND m.user_id = $2
     WHERE p.id = $1`,
    [projectId, userId],
  );
  if (row === undefined) throw notFound('Project', projectId);
  const project = {
    id: textOf(row, 'id'),
    name: textOf(row, 'name'),
    organizationId: textOf(row, 'organization_id'),
    installationId: textOf(row, 'installation_id'),
  };
  if (!maySee(principal, project, booleanOf(row, 'member'))) throw notFound('Project', projectId);
  return project;
}

function maySee(principal: Principal, project: ProjectAccess, member: boolean): boolean {
  switch (principal.realm) {
    case 'users':
      return (
        principal.organizationId === project.organizationId &&
        (member || hasRole(principal.roles, 'PROJECT_ADMIN'))
      );
    case 'installations':
      return principal.installationId === project.installationId;
    case 'streams':
      return false;
  }
}

/** The organisation on whose behalf a user or an installation calls. */
export function organizationOf(principal: Principal): string {
  if (principal.realm === 'streams') throw permissionDenied('Stream credentials give no access to this');
  return principal.organizationId;
}

/** @throws StatusError PERMISSION_DENIED for any other caller */
export function requireInstallation(principal: Principal): string {
  if (principal.realm !== 'installations') throw permissionDenied('Only an installation may ask for this');
  return principal.installationId;
}

