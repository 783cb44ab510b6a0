import { account as wire, projects as projectsWire } from '@ccd/protocol';
import { CliError } from '../cli-error.ts';
import { accountCommand, group, localCommand, projectCommand } from '../command/define.ts';
import { apiAuthUrl, apiHost } from '../command/global-flags.ts';
import { loginFileOf } from '../command/contexts.ts';
import { enumName } from '../output/enum-name.ts';
import { jsonOf } from '../output/output.ts';
import { renderTable } from '../output/table.ts';
import { entities } from '@ccd/protocol';

const contextConfig = localCommand({
  name: 'config',
  about: 'where the command line keeps things, and which servers it speaks to',
  formats: ['plain', 'json'],
  async run(context) {
    const facts = {
      configPath: context.folder.path,
      tokenFile: loginFileOf(context),
      apiHost: context.flags.get(apiHost),
      apiAuthUrl: context.flags.get(apiAuthUrl),
    };
    return {
      plain: () =>
        [
          `Configuration folder: ${facts.configPath}`,
          `Login:                ${facts.tokenFile}`,
          `API host:             ${facts.apiHost}`,
          `Authentication:       ${facts.apiAuthUrl}`,
        ].join('\n'),
      json: () => JSON.stringify(facts, null, 4),
    };
  },
});

const contextInfo = localCommand({
  name: 'info',
  args: '<entity>',
  about: 'show a result that was kept, like Stream/demo',
  examples: ['context info Stream/demo -o json'],
  formats: ['path', 'json', 'json-raw'],
  async run({ args, folder }) {
    const [given = ''] = args;
    const slash = given.indexOf('/');
    const found =
      slash < 0 ? undefined : await folder.savedEntities.load(given.slice(0, slash), given.slice(slash + 1));
    if (found === undefined) throw new CliError(`Nothing is kept under ${JSON.stringify(given)}.`);
    return {
      path: () => found.path,
      json: () => found.text.trimEnd(),
      'json-raw': () => JSON.stringify(JSON.parse(found.text)),
    };
  },
});

const contextAccount = projectCommand({
  name: 'account',
  about: 'show your organisation, its handle and your roles',
  async run({ api }) {
    const answer = await api.call(
      wire.AccountServiceService.getAccountDetails,
      wire.GetAccountDetailsRequest.create(),
    );
    const { value } = answer;
    const roles = value.userRoles.map((role) => enumName(entities.UserRole, role)).join(', ');
    return {
      ...jsonOf(answer),
      table: () =>
        renderTable<wire.GetAccountDetailsResponse>(
          [
            ['Organization', ({ organization }) => organization],
            ['Handle', ({ handle }) => handle],
            ['Subscription', ({ subscription }) => subscription],
            ['Max Input Streams', ({ maxInputStreams }) => maxInputStreams],
            ['User Roles', () => roles],
          ],
          [value],
        ),
      plain: () => value.handle,
    };
  },
});

const contextProject = accountCommand({
  name: 'project',
  args: '[name]',
  about: 'show the active project, or choose another',
  examples: ['context project', 'context project demo'],
  formats: ['plain'],
  async run({ api, args, folder, session }) {
    const [name] = args;
    if (name === undefined) {
      const active = await folder.activeProjects.projectOf(session.email);
      return { plain: () => active ?? 'There is no active project.' };
    }
    const { value } = await api.call(projectsWire.ProjectsServiceService.listProjects, {});
    if (value.projects.every((project) => project.name !== name)) {
      throw new CliError(
        `Project '${name}' does not exist, or you have no access to it. See: strm list projects`,
      );
    }
    await folder.activeProjects.setProject(session.email, name);
    return { plain: () => `The active project is now '${name}'.` };
  },
});

export const context = group('context', 'see and choose what commands work with', [
  contextConfig,
  contextInfo,
  contextAccount,
  contextProject,
]);
