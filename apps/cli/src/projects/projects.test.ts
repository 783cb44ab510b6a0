import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { scratchDir } from '@ccd/testkit';
import { entities, projects as wire } from '@ccd/protocol';
import { createRig } from '../testing/rig.ts';
import type { Rig } from '../testing/rig.ts';

const scratch = scratchDir();
const service = wire.ProjectsServiceService;

describe('projects', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await createRig(scratch);
    const found = [
      entities.Project.create({ id: 'id-1', name: 'default', description: 'all we do' }),
      entities.Project.create({ id: 'id-2', name: 'other' }),
    ];
    rig.server.on(service.listProjects, () => ({ projects: found }));
    rig.server.on(service.getProject, ({ projectId }) => ({
      project: found.find(({ id }) => id === projectId),
    }));
    rig.server.on(service.deleteProject, () => ({}));
    rig.server.on(service.addProjectMembers, () => ({}));
    rig.server.on(service.removeProjectMembers, () => ({}));
  });
  afterEach(() => {
    rig.server.close();
  });

  it('are listed with the active one marked', async () => {
    expect((await rig.run('list', 'projects')).out).toBe(
      'NAME              DESCRIPTION\ndefault (active)  all we do\nother\n',
    );
    expect((await rig.run('list', 'projects', '-o', 'plain')).out).toBe('default\nother\n');
  });

  it('are shown by name, the active one unless named', async () => {
    expect((await rig.run('get', 'project', '-o', 'plain')).out).toBe('default\n');
    expect((await rig.run('get', 'project', 'other', '-o', 'plain')).out).toBe('other\n');
    expect((await rig.run('get', 'project', 'none')).err).toBe(
      "Project 'none' does not exist, or you have no access to it.\n",
    );
  });

  it.each([
    ['y\n', 0],
    ['yes\n', 0],
    ['n\n', 1],
    ['', 1],
  ])('are deleted after a yes: %j', async (answer, code) => {
    const ran = await rig.start(['delete', 'project', 'other'], { stdin: answer });
    expect(ran.code).toBe(code);
    expect(ran.err).toContain(
      "Delete project 'other' with all its streams, exporters and connectors? [y/N] ",
    );
    expect(rig.server.requests('ProjectsService/DeleteProject')).toEqual(
      code === 0 ? [{ projectId: 'id-2' }] : [],
    );
  });

  it('are deleted without a question when told so', async () => {
    expect(await rig.run('delete', 'project', 'other', '-y')).toEqual({
      code: 0,
      out: 'Project has been deleted\n',
      err: '',
    });
  });

  it('let people in and out', async () => {
    const members = ['--add-member', 'a@x.org', '--add-member', 'b@x.org', '--remove-member', 'c@x.org'];
    expect(await rig.run('manage', 'project', 'other', ...members)).toEqual({ code: 0, out: '', err: '' });
    expect(rig.server.requests('ProjectsService/AddProjectMembers')).toEqual([
      { emails: ['a@x.org', 'b@x.org'], projectId: 'id-2' },
    ]);
    expect(rig.server.requests('ProjectsService/RemoveProjectMembers')).toEqual([
      { emails: ['c@x.org'], projectId: 'id-2' },
    ]);
    expect((await rig.run('manage', 'project')).code).toBe(1);
  });
});
