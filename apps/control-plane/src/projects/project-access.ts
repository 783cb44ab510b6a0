import { booleanOf, textOf } from '../database/columns.ts';
import type { Queryable } from '../database/database.ts';
import type { Principal } from '../principals.ts';
import { hasRole } from '../rpc/access.ts';
import { failedPrecondition, invalidArgument, notFound, permissionDenied } from '../rpc/status-error.ts';
import { isUuid } from '../uuid.ts';

/** A project that the caller may use. */
export interface ProjectAccess {
  readonly id: string;
  readonly name: string;
  readonly organizationId: string;
  readonly installationId: string;
  /** What runs goes on; nothing new comes in. */
  readonly archived: boolean;
}

/**
 * The project, if the caller may see it: users in projects that they are members of, administrators in all of their
 * organisation, installations in the projects that they run. Whatever lies outside does not exist for the caller.
 */
export async function findProject(
  database: Queryable,
  principal: Principal,
  projectId: string,
): Promise<ProjectAccess | undefined> {
  if (!isUuid(projectId)) return undefined;
  const userId = principal.realm === 'users' ? principal.userId : null;
  const [row] = await database.query(
    `SELECT p.id, p.name, p.organization_id, p.installation_id, p.state, m.user_id IS NOT NULL AS member
     FROM projects p LEFT JOIN project_members m ON m.project_id = p.id AND m.user_id = $2
     WHERE p.id = $1`,
    [projectId, userId],
  );
  if (row === undefined) return undefined;
  const project = {
    id: textOf(row, 'id'),
    name: textOf(row, 'name'),
    organizationId: textOf(row, 'organization_id'),
    installationId: textOf(row, 'installation_id'),
    archived: textOf(row, 'state') === 'ARCHIVED',
  };
  return maySee(principal, project, booleanOf(row, 'member')) ? project : undefined;
}

/** @throws StatusError NOT_FOUND, INVALID_ARGUMENT */
export async function requireProject(
  database: Queryable,
  principal: Principal,
  projectId: string,
): Promise<ProjectAccess> {
  if (projectId === '') throw invalidArgument('A project id is needed');
  const project = await findProject(database, principal, projectId);
  if (project === undefined) throw notFound('Project', projectId);
  return project;
}

/** A project that something new may be put into. @throws StatusError as {@link requireProject}, FAILED_PRECONDITION */
export async function requireOpenProject(
  database: Queryable,
  principal: Principal,
  projectId: string,
): Promise<ProjectAccess> {
  const project = await requireProject(database, principal, projectId);
  if (project.archived) {
    throw failedPrecondition(`Project '${project.name}' is archived; nothing new can be created in it`);
  }
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

/** @throws StatusError PERMISSION_DENIED for any other caller */
export function requireUser(principal: Principal): Extract<Principal, { readonly realm: 'users' }> {
  if (principal.realm !== 'users') throw permissionDenied('Only a user may ask for this');
  return principal;
}
