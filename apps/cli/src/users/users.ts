import { entities, organizations, projects } from '@ccd/protocol';
import { UsageError } from '../cli-error.ts';
import { projectCommand } from '../command/define.ts';
import { optionalText, texts, toggle } from '../command/flag.ts';
import { readUserFile } from '../files/read-user-file.ts';
import { enumName } from '../output/enum-name.ts';
import { jsonOf, lines } from '../output/output.ts';
import type { Output } from '../output/output.ts';
import { renderTable } from '../output/table.ts';

const service = organizations.OrganizationsServiceService;

const ofOrganization = toggle('--organization', 'the members of the organisation', false, { local: true });
const ofProject = toggle('--project', 'the members of the active project', false, { local: true });
const emailsFile = optionalText('-f, --user-emails-file <file>', 'file with one e-mail address on each line');
const users = texts('-u, --users <emails>', 'e-mail addresses, separated by commas (required)');
const roles = texts('-r, --roles <roles>', 'admin, project-admin, approver or member, separated by commas');

const roleName = (role: entities.UserRole): string => enumName(entities.UserRole, role);

const showUsers = (found: readonly entities.User[]): Output => ({
  table: () =>
    renderTable<entities.User>(
      [
        ['Email', ({ email }) => email],
        ['First Name', ({ firstName }) => firstName],
        ['Last Name', ({ lastName }) => lastName],
        ['User Roles', ({ userRoles }) => userRoles.map(roleName).join(', ')],
      ],
      found,
    ),
  plain: () => lines(found.map(({ email }) => email)),
});

export const listUsers = projectCommand({
  name: 'users',
  about: 'list the people of the organisation or of the project',
  details: 'Give exactly one of --organization and --project.',
  examples: ['list users --organization', 'list users --project'],
  flags: [ofOrganization, ofProject],
  async run({ api, flags, project }) {
    if (flags.get(ofOrganization) === flags.get(ofProject)) {
      throw new UsageError('give exactly one of --organization and --project');
    }
    if (flags.get(ofOrganization)) {
      const answer = await api.call(service.listOrganizationMembers, {});
      return { ...jsonOf(answer), ...showUsers(answer.value.organizationMembers) };
    }
    const answer = await api.call(projects.ProjectsServiceService.listProjectMembers, {
      projectId: project.id,
    });
    return { ...jsonOf(answer), ...showUsers(answer.value.projectMembers) };
  },
});

export const getUser = projectCommand({
  name: 'user',
  args: '<email>',
  about: 'show one person of the organisation',
  async run({ api, args }) {
    const [email = ''] = args;
    const answer = await api.call(service.getUser, { email });
    const { user } = answer.value;
    return { ...jsonOf(answer), ...showUsers(user === undefined ? [] : [user]) };
  },
});

const split = (given: string): readonly string[] =>
  given
    .split(/[,\s]+/)
    .map((part) => part.trim())
    .filter((part) => part !== '');

export const inviteUsers = projectCommand({
  name: 'users',
  args: '[emails]',
  about: 'invite people to the organisation',
  examples: ['invite users ann@example.com,bob@example.com', 'invite users -f colleagues.txt'],
  flags: [emailsFile],
  async run({ api, args, flags }) {
    const file = flags.get(emailsFile);
    const emails = [...split(args[0] ?? ''), ...(file === undefined ? [] : split(await readUserFile(file)))];
    if (emails.length === 0) throw new UsageError('give e-mail addresses, or --user-emails-file');
    const answer = await api.call(
      service.inviteUsers,
      organizations.InviteUsersRequest.create({ userInvites: emails.map((email) => ({ email })) }),
    );
    const { inviteCount, issues } = answer.value;
    const told = `Invited ${inviteCount} users to your organization.`;
    const issueTable = renderTable<organizations.InviteUsersResponse_UserInviteIssue>(
      [
        ['Email', ({ invite }) => invite?.email],
        ['Issue', ({ message }) => message],
      ],
      issues,
    );
    const shown = issues.length === 0 ? told : `${told}\n${issueTable}`;
    return { ...jsonOf(answer), table: () => shown, plain: () => shown };
  },
});

function toRole(given: string): entities.UserRole {
  const name = given.toUpperCase().replaceAll('-', '_');
  const { ADMIN, PROJECT_ADMIN, APPROVER, MEMBER } = entities.UserRole;
  const known: Readonly<Record<string, entities.UserRole>> = { ADMIN, PROJECT_ADMIN, APPROVER, MEMBER };
  const role = known[name];
  if (role === undefined) {
    throw new UsageError(
      `--roles has ${JSON.stringify(given)}; give admin, project-admin, approver or member`,
    );
  }
  return role;
}

export const manageUserRoles = projectCommand({
  name: 'user-roles',
  about: 'set the roles of people',
  details: 'The roles given are all that these people have afterwards; without any they are members.',
  examples: ['manage user-roles -u ann@example.com -r approver,project-admin'],
  flags: [users, roles],
  formats: [],
  async run({ api, flags }) {
    const emails = flags.get(users).flatMap(split);
    if (emails.length === 0) throw new UsageError('--users is required');
    const userRoles = flags.get(roles).flatMap(split).map(toRole);
    await api.call(service.updateUserRoles, { emails, userRoles });
    return undefined;
  },
});
