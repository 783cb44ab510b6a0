import { entities, projects as wire } from '@ccd/protocol';
import { CliError } from '../cli-error.ts';
import type { ProjectContext } from '../command/command.ts';
import { accountCommand, projectCommand } from '../command/define.ts';
import { text, texts, toggle } from '../command/flag.ts';
import { confirm } from '../files/ask.ts';
import { jsonOf, lines, sentence } from '../output/output.ts';
import type { Output } from '../output/output.ts';
import { renderTable } from '../output/table.ts';

const service = wire.ProjectsServiceService;

const description = text('--description <text>', 'what the project is for', '');
const yes = toggle('-y, --yes', 'do not ask');
const addMember = texts('--add-member <email>', 'let this person in; may be repeated');
const removeMember = texts('--remove-member <email>', 'take this person out; may be repeated');

const showProjects = (active: string, found: readonly entities.Project[]): Output => ({
  table: () =>
    renderTable<entities.Project>(
      [
        ['Name', ({ name }) => (name === active ? `${name} (active)` : name)],
        ['Description', ({ description: about }) => about],
      ],
      found,
    ),
  plain: () => lines(found.map(({ name }) => name)),
});

/** The names of the person's projects, for the shell. */
export const projectNames = async ({ projects }: ProjectContext): Promise<readonly string[]> =>
  projects.map(({ name }) => name);

const activeName = async ({ folder, session }: ProjectContext): Promise<string> =>
  (await folder.activeProjects.projectOf(session.email)) ?? '';

function idOf({ projects }: ProjectContext, name: string): string {
  const project = projects.find((candidate) => candidate.name === name);
  if (project === undefined)
    throw new CliError(`Project '${name}' does not exist, or you have no access to it.`);
  return project.id;
}

export const listProjects = projectCommand({
  name: 'projects',
  about: 'list the projects that you may see',
  async run(context) {
    const answer = await context.api.call(service.listProjects, {});
    return { ...jsonOf(answer), ...showProjects(await activeName(context), answer.value.projects) };
  },
});

export const getProject = projectCommand({
  name: 'project',
  args: '[name]',
  about: 'show a project, the active one unless named',
  candidates: projectNames,
  async run(context) {
    const [name = context.project.name] = context.args;
    const answer = await context.api.call(service.getProject, { projectId: idOf(context, name) });
    const { project } = answer.value;
    const shown = project === undefined ? [] : [project];
    return { ...jsonOf(answer), ...showProjects(await activeName(context), shown) };
  },
});

export const createProject = accountCommand({
  name: 'project',
  args: '<name>',
  about: 'create a project',
  flags: [description],
  async run({ api, args, flags }) {
    const [name = ''] = args;
    const project = entities.Project.create({ name, description: flags.get(description) });
    return jsonOf(await api.call(service.createProject, { project }));
  },
});

export const deleteProject = projectCommand({
  name: 'project',
  args: '<name>',
  about: 'delete a project with everything in it',
  flags: [yes],
  candidates: projectNames,
  async run(context) {
    const { api, args, flags, io } = context;
    const [name = ''] = args;
    const projectId = idOf(context, name);
    const sure =
      flags.get(yes) ||
      (await confirm(io, `Delete project '${name}' with all its streams, exporters and connectors?`));
    if (!sure) throw new CliError('Nothing was deleted.');
    const answer = await api.call(service.deleteProject, { projectId });
    return { ...jsonOf(answer), ...sentence('Project has been deleted') };
  },
});

export const manageProject = projectCommand({
  name: 'project',
  args: '[name]',
  about: 'let people into a project, or take them out',
  examples: ['manage project demo --add-member ann@example.com --remove-member bob@example.com'],
  flags: [addMember, removeMember],
  formats: [],
  candidates: projectNames,
  async run(context) {
    const { api, args, flags } = context;
    const [name = context.project.name] = args;
    const projectId = idOf(context, name);
    const added = flags.get(addMember);
    const removed = flags.get(removeMember);
    if (added.length + removed.length === 0) {
      throw new CliError('Give --add-member or --remove-member with an e-mail address.');
    }
    if (added.length > 0) await api.call(service.addProjectMembers, { emails: [...added], projectId });
    if (removed.length > 0) await api.call(service.removeProjectMembers, { emails: [...removed], projectId });
    return undefined;
  },
});
