import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { scratchDir } from '@ccd/testkit';
import { entities, organizations, projects } from '@ccd/protocol';
import { createRig } from '../testing/rig.ts';
import type { Rig } from '../testing/rig.ts';
import { demoProject } from '../testing/scripted-server.ts';

const scratch = scratchDir();
const service = organizations.OrganizationsServiceService;
const { ADMIN, APPROVER, PROJECT_ADMIN } = entities.UserRole;

describe('users', () => {
  let rig: Rig;
  const ann = entities.User.create({
    email: 'ann@x.org',
    firstName: 'Ann',
    lastName: 'Lee',
    userRoles: [ADMIN, APPROVER],
  });
  beforeEach(async () => {
    rig = await createRig(scratch);
    rig.server.on(service.listOrganizationMembers, () => ({ organizationMembers: [ann] }));
    rig.server.on(projects.ProjectsServiceService.listProjectMembers, () => ({ projectMembers: [] }));
  });
  afterEach(() => {
    rig.server.close();
  });

  it('are listed of the organisation', async () => {
    expect((await rig.run('list', 'users', '--organization')).out).toBe(
      'EMAIL      FIRST NAME  LAST NAME  USER ROLES\nann@x.org  Ann         Lee        ADMIN, APPROVER\n',
    );
  });

  it('are listed of the active project, or of one named before the command', async () => {
    rig.env['STRM_PROJECT'] = demoProject.name;
    expect((await rig.run('list', 'users', '--project')).out).toBe(
      'No entities of this resource type exist.\n',
    );
    expect(rig.server.requests('ProjectsService/ListProjectMembers')).toEqual([
      { projectId: demoProject.id },
    ]);
    expect((await rig.run('-p', 'none', 'list', 'users', '--project')).err).toMatch(/^Project 'none'/);
  });

  it.each([[[]], [['--organization', '--project']]])('need exactly one of the two: %j', async (flags) => {
    expect((await rig.run('list', 'users', ...flags)).err).toBe(
      'give exactly one of --organization and --project\n',
    );
  });

  it('are invited by address or by a file of addresses, and issues are told', async () => {
    rig.server.on(service.inviteUsers, ({ userInvites }) => ({
      inviteCount: BigInt(userInvites.length - 1),
      issues: [{ invite: userInvites[0], message: 'is a member already' }],
    }));
    const file = join(rig.folder, 'emails');
    writeFileSync(file, 'c@x.org\n\nd@x.org\n');
    expect((await rig.run('invite', 'users', 'a@x.org,b@x.org', '-f', file)).out).toBe(
      'Invited 3 users to your organization.\nEMAIL    ISSUE\na@x.org  is a member already\n',
    );
    expect((await rig.run('invite', 'users')).code).toBe(1);
  });

  it('get the roles given, and no others', async () => {
    rig.server.on(service.updateUserRoles, () => ({}));
    await rig.run('manage', 'user-roles', '-u', 'a@x.org,b@x.org', '-r', 'approver,project-admin');
    await rig.run('manage', 'user-roles', '-u', 'a@x.org');
    expect(rig.server.requests('OrganizationsService/UpdateUserRoles')).toEqual([
      { emails: ['a@x.org', 'b@x.org'], userRoles: [APPROVER, PROJECT_ADMIN] },
      { emails: ['a@x.org'], userRoles: [] },
    ]);
    expect((await rig.run('manage', 'user-roles', '-u', 'a@x.org', '-r', 'king')).err).toBe(
      '--roles has "king"; give admin, project-admin, approver or member\n',
    );
  });
});
