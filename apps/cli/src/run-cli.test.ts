import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { version } from '@ccd/controlplane';
import { scratchDir } from '@ccd/testkit';
import { entities, projects, streams } from '@ccd/protocol';
import { createActiveProjects } from './config/active-projects.ts';
import { runCli } from './run-cli.ts';
import { createRig, email } from './testing/rig.ts';
import type { Rig } from './testing/rig.ts';
import { ScriptedError } from './testing/scripted-server.ts';

const scratch = scratchDir();
const { listStreams } = streams.StreamsServiceService;
const { listProjects } = projects.ProjectsServiceService;

const project = (name: string): entities.Project => entities.Project.create({ name, id: `id of ${name}` });
const projectsAsked = (rig: Rig) =>
  rig.server
    .requests('StreamsService/ListStreams')
    .map((request) => streams.ListStreamsRequest.create(request ?? {}).projectId);

describe(runCli, () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await createRig(scratch);
    rig.server.on(listStreams, () => ({ streams: [] }));
  });
  afterEach(() => {
    rig.server.close();
  });

  describe('the project', () => {
    beforeEach(() => {
      rig.server.on(listProjects, () => ({ projects: [project('default'), project('other')] }));
    });

    it('is the active one unless named', async () => {
      await rig.run('list', 'streams');
      await rig.run('list', 'streams', '--project', 'other');
      await rig.run('--project', 'other', 'list', 'streams');
      expect(projectsAsked(rig)).toEqual(['id of default', 'id of other', 'id of other']);
    });

    it('becomes the first that is listed at the first run, which is said beside the output', async () => {
      await rig.logIn({ email: 'new@example.com' });
      const first = await rig.run('list', 'streams', '-o', 'json');
      expect(first.out).toBe('{}\n');
      expect(first.err).toBe(
        "The active project is now 'default'. Choose another with: strm context project <name>\n",
      );
      expect((await rig.run('list', 'streams')).err).toBe('');
      expect(await createActiveProjects(rig.configPath).projectOf('new@example.com')).toBe('default');
      expect(await createActiveProjects(rig.configPath).projectOf(email)).toBe('default');
    });

    it('can be chosen, also when the active one is gone', async () => {
      await createActiveProjects(rig.configPath).setProject(email, 'gone');
      expect(await rig.run('list', 'streams')).toEqual({
        code: 1,
        out: '',
        err: "Project 'gone' does not exist, or you have no access to it. Choose another with: strm context project <name>\n",
      });
      expect((await rig.run('context', 'project', 'other')).out).toBe("The active project is now 'other'.\n");
      expect((await rig.run('context', 'project')).out).toBe('other\n');
      await rig.run('list', 'streams');
      expect(projectsAsked(rig)).toEqual(['id of other']);
      const file = JSON.parse(readFileSync(join(rig.configPath, 'active_projects.json'), 'utf8')) as unknown;
      expect(file).toEqual({ users: [{ email, active_project: 'other', zed_token: '' }] });
    });

    it('must be one that the person may see', async () => {
      expect((await rig.run('list', 'streams', '-p', 'secret')).err).toBe(
        "Project 'secret' does not exist, or you have no access to it. See: strm list projects\n",
      );
      rig.server.on(listProjects, () => ({ projects: [] }));
      const { code, err } = await rig.run('list', 'streams');
      expect({ code, err }).toEqual({
        code: 1,
        err: 'You have no access to any project. Ask an administrator, or create one with: strm create project <name>\n',
      });
      expect(projectsAsked(rig)).toEqual([]);
    });

    it('is not needed to create one', async () => {
      rig.server.on(listProjects, () => ({ projects: [] }));
      rig.server.on(projects.ProjectsServiceService.createProject, () => ({ project: project('first') }));
      expect(await rig.run('create', 'project', 'first')).toEqual({ code: 0, out: '', err: '' });
      expect(rig.server.requests('ProjectsService/ListProjects')).toEqual([]);
    });
  });

  it('takes a flag before the environment, that before config.yaml, and that before the default', async () => {
    const format = async (...argv: string[]) => (await rig.run('list', 'streams', ...argv)).out.trim();
    expect(await format()).toMatch(/^No entities/);
    writeFileSync(join(rig.configPath, 'config.yaml'), 'output: json-raw\nproject: from-file\n');
    expect((await rig.run('list', 'streams')).err).toMatch(/^Project 'from-file'/);
    rig.env['STRM_PROJECT'] = 'from-env';
    expect((await rig.run('list', 'streams')).err).toMatch(/^Project 'from-env'/);
    expect(await format('--project', 'default')).toBe('{}');
    rig.env['STRM_OUTPUT'] = 'plain';
    expect(await format('--project', 'default')).toMatch(/^No entities/);
    expect(await format('--project', 'default', '-o', 'json')).toBe('{}');
    expect((await rig.run('--output', 'json', 'list', 'streams', '-p', 'default')).out).toBe('{}\n');
  });

  it('leaves a preferred format aside where a command does not have it', async () => {
    rig.env['STRM_OUTPUT'] = 'json-raw';
    expect((await rig.run('version')).out).toBe(`${version}\n`);
    expect((await rig.run('version', '-o', 'json-raw')).err).toBe(
      '--output is "json-raw"; give one of plain\n',
    );
  });

  it('shows an error of the server by code and message, without control characters', async () => {
    rig.server.on(listStreams, () => {
      throw new ScriptedError(status.PERMISSION_DENIED, 'You may not\nlist \u001b[31mstreams');
    });
    expect(await rig.run('list', 'streams')).toEqual({
      code: 1,
      out: '',
      err: 'Error code = PermissionDenied\nDetails = You may not\nlist [31mstreams\n',
    });
  });

  it('shows what the server says of a method that it does not have', async () => {
    const { code, err } = await rig.run('list', 'kafka-exporters');
    expect(code).toBe(1);
    expect(err).toMatch(/^Error code = Unimplemented\nDetails = .+\n$/);
  });

  it('gives up on a call when asked to stop', async () => {
    // A stream that never says anything is a call that is never answered.
    rig.server.stream(listStreams, () => {
      rig.stop.abort();
    });
    expect(await rig.run('list', 'streams')).toEqual({ code: 130, out: '', err: '' });
  });

  it('says that nobody is logged in', async () => {
    await rig.run('auth', 'revoke');
    expect(await rig.run('list', 'streams')).toEqual({
      code: 1,
      out: '',
      err: 'You are not logged in. Log in with: strm auth login\n',
    });
  });

  it('introduces itself with the login, its version and the freshness mark that the server gave last', async () => {
    rig.server.on(listStreams, (_, headers) => {
      headers.set('strm-zed-token', 'zed-1');
      return { streams: [] };
    });
    await rig.run('list', 'streams');
    await rig.run('list', 'streams');
    const [first, , second] = rig.server.calls.map(({ metadata }) => metadata);
    expect(first?.get('authorization')).toEqual([expect.stringMatching(/^Bearer .+\..+\./)]);
    expect(first?.get('strm-cli-version')).toEqual([version]);
    expect(first?.get('strm-zed-token')).toEqual([]);
    expect(second?.get('strm-zed-token')).toEqual(['zed-1']);
  });

  it.each([
    [[], 'Usage: strm [options] [command]'],
    [['create'], 'Usage: strm create [options] [command]'],
  ])('explains itself when too little was typed: %j', async (argv, usage) => {
    const { code, err } = await rig.run(...argv);
    expect(code).toBe(1);
    expect(err).toContain(usage);
  });

  it.each([
    [['get', 'stream'], "error: missing required argument 'name'"],
    [['get', 'steam', 'demo'], "error: unknown command 'steam'\n(Did you mean stream?)"],
    [['list', 'streams', '--nope'], "error: unknown option '--nope'"],
    [['list', 'streams', 'demo'], "error: too many arguments for 'streams'"],
  ])('refuses what it does not understand: %j', async (argv, problem) => {
    const { code, out, err } = await rig.run(...argv);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(problem);
  });

  it('helps with every command', async () => {
    const { code, out, err } = await rig.run('create', 'stream', '--help');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('Usage: strm create stream [options] [name]');
    expect(out).toContain('$ strm create stream --derived-from demo --purposes 0,1');
  });

  it('explains its settings in a config.yaml of its own, which only the owner reads', async () => {
    await rig.run('version');
    const path = join(rig.configPath, 'config.yaml');
    const lines = readFileSync(path, 'utf8').split('\n');
    expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
    for (const name of ['save', 'events-api-url', 'api-auth-url', 'api-host', 'kafka-bootstrap-hosts']) {
      expect(lines.some((line) => line.startsWith(`# ${name}: `))).toBe(true);
    }
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('notes commands and calls in strm.log, and nothing that was typed after them', async () => {
    await rig.run('list', 'streams', '--project', 'default');
    await rig.run('auth', 'login', '--client-id', 'me', '--client-secret', 'hush');
    const log = readFileSync(join(rig.configPath, 'strm.log'), 'utf8');
    expect(log).toContain('2026-01-01T00:00:00.000Z strm list streams\n');
    expect(log).toContain('/strmprivacy.api.streams.v1.StreamsService/ListStreams OK\n');
    expect(log).toContain('strm auth login\n');
    expect(log).not.toContain('hush');
  });
});
