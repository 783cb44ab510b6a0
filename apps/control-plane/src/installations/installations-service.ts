import { installations } from '@ccd/protocol';
import type { ServiceContext } from '../context.ts';
import { optionalTextOf, textOf } from '../database/columns.ts';
import type { Queryable, Row } from '../database/database.ts';
import { organizationOf, requireProject } from '../projects/project-access.ts';
import { projectsOfInstallation } from '../projects/project-store.ts';
import type { Call, Implementation } from '../rpc/handlers.ts';
import { implement } from '../rpc/handlers.ts';
import { notFound } from '../rpc/status-error.ts';
import { isUuid } from '../uuid.ts';

const types: Readonly<Record<string, installations.InstallationType>> = {
  SELF_HOSTED: installations.InstallationType.SELF_HOSTED,
};

/** The data planes of an organisation. Their secrets are shown once, when they are made. */
export function createInstallationsService({ database }: Pick<ServiceContext, 'database'>): Implementation {
  return implement(installations.InstallationsServiceService, {
    async getInstallation({ installationId }, { principal }) {
      return {
        installation: await requireInstallationOf(database, organizationOf(principal), installationId),
      };
    },

    async listInstallations(_request, { principal }) {
      return { installations: [...(await read(database, organizationOf(principal)))] };
    },

    ...legacyHandlers(database),
  });
}

/** Methods that the protocol calls deprecated, and existing clients call. */
function legacyHandlers(database: Queryable) {
  return {
    async getProjectInstallation({ projectId }: { readonly projectId: string }, { principal }: Call) {
      const { installationId } = await requireProject(database, principal, projectId);
      return { installationId };
    },

    async listInstallationProjects(
      { installationId }: { readonly installationId: string },
      { principal }: Call,
    ) {
      await requireInstallationOf(database, organizationOf(principal), installationId);
      const projects = await projectsOfInstallation(database, installationId);
      return { projectIds: projects.map(({ id }) => id) };
    },
  };
}

/** @throws StatusError NOT_FOUND where the organisation has no such installation */
export async function requireInstallationOf(
  database: Queryable,
  organizationId: string,
  installationId: string,
): Promise<installations.Installation> {
  const found = isUuid(installationId)
    ? (await read(database, organizationId)).find(({ id }) => id === installationId.toLowerCase())
    : undefined;
  if (found === undefined) throw notFound('Installation', installationId);
  return found;
}

async function read(
  database: Queryable,
  organizationId: string,
): Promise<readonly installations.Installation[]> {
  const rows = await database.query(
    `SELECT i.id, i.type, c.client_id FROM installations i
     LEFT JOIN clients c ON c.realm = 'installations' AND c.installation_id = i.id
     WHERE i.organization_id = $1 ORDER BY i.id, c.client_id`,
    [organizationId],
  );
  return [...new Map(rows.map((row) => [textOf(row, 'id'), toInstallation(row)])).values()];
}

const toInstallation = (row: Row): installations.Installation =>
  installations.Installation.create({
    id: textOf(row, 'id'),
    installationType:
      types[textOf(row, 'type')] ?? installations.InstallationType.INSTALLATION_TYPE_UNSPECIFIED,
    installationCredentials: { clientId: optionalTextOf(row, 'client_id') ?? '' },
  });
