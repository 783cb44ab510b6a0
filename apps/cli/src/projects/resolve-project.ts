import { projects as wire } from '@ccd/protocol';
import type { Api } from '../api/api.ts';
import { CliError } from '../cli-error.ts';
import type { ActiveProject } from '../command/command.ts';
import type { ActiveProjects } from '../config/active-projects.ts';

export interface ResolveOptions {
  readonly api: Api;
  readonly activeProjects: ActiveProjects;
  readonly email: string;
  /** A name that was asked for. */
  readonly wanted: string | undefined;
}

export interface ResolvedProject {
  readonly project: ActiveProject;
  readonly projects: readonly ActiveProject[];
  /** Whether this call made the project the active one, because there was none. */
  readonly chosen: boolean;
}

/**
 * The project to work in: the one asked for, else the active one, else the first that the person may see.
 * @throws CliError where there is none
 */
export async function resolveProject(options: ResolveOptions): Promise<ResolvedProject> {
  const { api, activeProjects, email, wanted } = options;
  const { value } = await api.call(wire.ProjectsServiceService.listProjects, {});
  const projects = value.projects.map(({ id, name }) => ({ id, name }));
  const [first] = projects;
  if (first === undefined) {
    throw new CliError(
      'You have no access to any project. Ask an administrator, or create one with: strm create project <name>',
    );
  }
  const find = (name: string): ActiveProject | undefined => projects.find((project) => project.name === name);
  const missing = (name: string, advice: string): CliError =>
    new CliError(`Project '${name}' does not exist, or you have no access to it. ${advice}`);

  if (wanted !== undefined) {
    const project = find(wanted);
    if (project === undefined) throw missing(wanted, 'See: strm list projects');
    return { project, projects, chosen: false };
  }
  const active = await activeProjects.projectOf(email);
  if (active !== undefined) {
    const project = find(active);
    if (project === undefined) throw missing(active, 'Choose another with: strm context project <name>');
    return { project, projects, chosen: false };
  }
  await activeProjects.setProject(email, first.name);
  return { project: first, projects, chosen: true };
}
