import { randomUUID } from 'node:crypto';
import { projects } from '@ccd/protocol';
import type { ExporterStore } from '../batch-exporters/exporter-store.ts';
import type { ServiceContext } from '../context.ts';
import type { ConnectorStore } from '../data-connectors/connector-store.ts';
import { textOf } from '../database/columns.ts';
import type { Queryable } from '../database/database.ts';
import { advanceRevision, recordRemoval } from '../desired-state/revision.ts';
import { requireUserByEmail, usersOfProject } from '../organizations/organization-store.ts';
import type { Principal } from '../principals.ts';
import type { Implementation } from '../rpc/handlers.ts';
import { implement } from '../rpc/handlers.ts';
import { failedPrecondition, invalidArgument } from '../rpc/status-error.ts';
import type { StreamStore } from '../streams/stream-store.ts';
import { requireProject, requireUser } from './project-access.ts';
import type { ProjectAccess } from './project-access.ts';
import { insertProject, projectsOfUser, readProject } from './project-store.ts';

export interface ProjectsServiceOptions extends Pick<ServiceContext, 'database' | 'clock'> {
  readonly streams: StreamStore;
  readonly connectors: ConnectorStore;
  readonly exporters: ExporterStore;
}

/** Projects, and who works in them. */
export function createProjectsService(options: ProjectsServiceOptions): Implementation {
  const { database, clock, streams, connectors, exporters } = options;

  /** Everything in a project goes with it, as if a user had deleted it one by one. */
  async function empty(transaction: Queryable, { id, name, installationId }: ProjectAccess): Promise<void> {
    const [published] = await transaction.query(
      `SELECT name, version FROM data_contracts WHERE project_id = $1 AND state <> 'DRAFT' LIMIT 1`,
      [id],
    );
    if (published !== undefined) {
      throw failedPrecondition(
        `Cannot delete project '${name}' because its data contract ${textOf(published, 'name')}/${textOf(published, 'version')} is no draft any more`,
      );
    }
    const owned = await streams.ofProject(transaction, id);
    for (const exporter of await exporters.ofProject(transaction, id)) {
      await exporters.remove(transaction, exporter.id);
      await recordRemoval(transaction, installationId, 'batch-exporter', exporter.id);
    }
    for (const connector of await connectors.ofProject(transaction, id)) {
      await connectors.remove(transaction, connector.id);
      await recordRemoval(transaction, installationId, 'data-connector', connector.id);
    }
    for (const stream of owned.toReversed()) {
      await streams.remove(transaction, stream.id);
      if (stream.sourceId === undefined)
        await recordRemoval(transaction, installationId, 'key-stream', stream.id);
      await recordRemoval(transaction, installationId, 'stream', stream.id);
    }
    await transaction.query('DELETE FROM data_contracts WHERE project_id = $1', [id]);
  }

  async function changeMembers(
    principal: Principal,
    projectId: string,
    emails: readonly string[],
    change: (transaction: Queryable, userId: string) => Promise<unknown>,
  ): Promise<void> {
    await database.transaction(async (transaction) => {
      const project = await requireProject(transaction, principal, projectId);
      for (const email of emails) {
        const user = await requireUserByEmail(transaction, project.organizationId, email);
        await change(transaction, user.externalUserId);
      }
    });
  }

  return implement(projects.ProjectsServiceService, {
    async listProjects(_request, { principal }) {
      return { projects: [...(await projectsOfUser(database, requireUser(principal)))] };
    },

    async getProject({ projectId }, { principal }) {
      const { id } = await requireProject(database, principal, projectId);
      return { project: await readProject(database, id) };
    },

    async createProject({ project }, { principal }) {
      if (project === undefined) throw invalidArgument('project is required');
      const { name, description } = project;
      const user = requireUser(principal);
      const id = randomUUID();
      return database.transaction(async (transaction) => {
        const installationId = await installationOf(transaction, user.organizationId);
        const created = { id, organizationId: user.organizationId, installationId, name, description };
        await insertProject(transaction, created, new Date(clock.now()));
        await addMember(transaction, id, user.userId);
        return { project: await readProject(transaction, id) };
      });
    },

    async deleteProject({ projectId }, { principal }) {
      await database.transaction(async (transaction) => {
        const project = await requireProject(transaction, principal, projectId);
        await empty(transaction, project);
        await transaction.query('DELETE FROM projects WHERE id = $1', [project.id]);
        await advanceRevision(transaction, project.installationId);
      });
      return {};
    },

    async archiveProject({ projectId }, { principal }) {
      await database.transaction(async (transaction) => {
        const { id } = await requireProject(transaction, principal, projectId);
        await transaction.query(`UPDATE projects SET state = 'ARCHIVED' WHERE id = $1`, [id]);
      });
      return {};
    },

    async addProjectMembers({ projectId, emails }, { principal }) {
      await changeMembers(principal, projectId, emails, (transaction, userId) =>
        addMember(transaction, projectId, userId),
      );
      return {};
    },

    async removeProjectMembers({ projectId, emails }, { principal }) {
      await changeMembers(principal, projectId, emails, (transaction, userId) =>
        transaction.query('DELETE FROM project_members WHERE project_id = $1 AND user_id = $2', [
          projectId,
          userId,
        ]),
      );
      return {};
    },

    async listProjectMembers({ projectId }, { principal }) {
      const { id } = await requireProject(database, principal, projectId);
      return { projectMembers: [...(await usersOfProject(database, id))] };
    },
  });
}

async function addMember(transaction: Queryable, projectId: string, userId: string): Promise<void> {
  await transaction.query(
    'INSERT INTO project_members (project_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [projectId, userId],
  );
}

/** Where new projects run: the organisation's only installation, or its first one. */
async function installationOf(transaction: Queryable, organizationId: string): Promise<string> {
  const [row] = await transaction.query(
    'SELECT id FROM installations WHERE organization_id = $1 ORDER BY id LIMIT 1',
    [organizationId],
  );
  if (row === undefined)
    throw failedPrecondition('The organisation has no installation that a project could run on');
  return textOf(row, 'id');
}
