import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { scratchDir } from '@ccd/testkit';
import { entities, policies, streams as wire } from '@ccd/protocol';
import { createRig } from '../testing/rig.ts';
import type { Rig } from '../testing/rig.ts';
import { demoProject, ScriptedError } from '../testing/scripted-server.ts';

const scratch = scratchDir();
const service = wire.StreamsServiceService;
const projectId = demoProject.id;

const demo = entities.Stream.create({
  ref: { name: 'demo', projectId },
  enabled: true,
  limits: { eventRate: 99n, eventCount: 999999n },
  credentials: [{ clientId: 'stream-abc', clientSecret: 's3cret' }],
  maskedFields: {},
});
const derived = entities.Stream.create({
  ref: { name: 'demo-0-1', projectId },
  linkedStream: 'demo',
  consentLevels: [0, 1],
  consentLevelType: entities.ConsentLevelType.GRANULAR,
  enabled: true,
  policyId: 'p-1',
});

describe('streams', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await createRig(scratch);
  });
  afterEach(() => {
    rig.server.close();
  });

  it('are listed as a table, with the names of policies', async () => {
    rig.server.on(service.listStreams, () => ({
      streams: [demo, derived].map((stream) => entities.StreamTree.create({ stream })),
    }));
    rig.server.on(policies.PoliciesServiceService.listPolicies, () => ({
      policies: [entities.Policy.create({ id: 'p-1', name: '2 years' })],
    }));
    expect(await rig.run('list', 'streams')).toEqual({
      code: 0,
      err: '',
      out: [
        'STREAM    DERIVED  PURPOSES  ENABLED  POLICY NAME',
        'demo      false              true',
        'demo-0-1  true     0,1       true     2 years',
        '',
      ].join('\n'),
    });
    expect(rig.server.requests('StreamsService/ListStreams')).toMatchObject([
      { projectId, recursive: false },
    ]);
  });

  it('have a column for topics where one has a topic', async () => {
    rig.server.on(service.listStreams, () => ({
      streams: [entities.StreamTree.create({ stream: { ...demo, kafkaTopic: 'stream-1' } })],
    }));
    expect((await rig.run('list', 'streams')).out).toBe(
      'STREAM  DERIVED  PURPOSES  ENABLED  POLICY NAME  KAFKA TOPIC\n' +
        'demo    false              true                  stream-1\n',
    );
  });

  it('are told to be none', async () => {
    rig.server.on(service.listStreams, () => ({ streams: [] }));
    const none = 'No entities of this resource type exist.\n';
    expect((await rig.run('list', 'streams')).out).toBe(none);
    expect((await rig.run('list', 'streams', '-o', 'plain')).out).toBe(none);
    expect((await rig.run('list', 'streams', '-o', 'json')).out).toBe('{}\n');
  });

  it('are shown as protobuf JSON: 64-bit numbers as text, no defaults, empty messages kept', async () => {
    rig.server.on(service.getStream, () => ({ streamTree: entities.StreamTree.create({ stream: demo }) }));
    const json = {
      streamTree: {
        stream: {
          ref: { name: 'demo', projectId },
          enabled: true,
          limits: { eventRate: '99', eventCount: '999999' },
          credentials: [{ clientId: 'stream-abc', clientSecret: 's3cret' }],
          maskedFields: {},
        },
      },
    };
    expect((await rig.run('get', 'stream', 'demo', '-o', 'json')).out).toBe(
      `${JSON.stringify(json, null, 4)}\n`,
    );
    expect((await rig.run('get', 'stream', 'demo', '-o', 'json-raw')).out).toBe(`${JSON.stringify(json)}\n`);
    expect((await rig.run('get', 'stream', 'demo', '-o', 'plain')).out).toBe('demo\n');
  });

  it('show what is derived from them when asked recursively', async () => {
    rig.server.on(service.getStream, ({ recursive }) => ({
      streamTree: entities.StreamTree.create({
        stream: demo,
        derived: recursive ? [{ ...derived, policyId: '' }] : [],
      }),
    }));
    expect((await rig.run('get', 'stream', 'demo', '-r', '-o', 'plain')).out).toBe('demo\ndemo-0-1\n');
  });

  it('are created, shown and kept where only the owner reads', async () => {
    rig.server.on(service.createStream, () => ({ stream: demo }));
    const { code, out } = await rig.run(
      'create',
      'stream',
      'demo',
      '--tags',
      'a,b',
      '--description',
      'first',
    );
    expect({ code, out }).toEqual({
      code: 0,
      out: 'STREAM  DERIVED  PURPOSES  ENABLED  POLICY NAME\ndemo    false              true\n',
    });
    expect(rig.server.requests('StreamsService/CreateStream')).toEqual([
      {
        stream: entities.Stream.create({
          ref: { name: 'demo', projectId },
          tags: ['a', 'b'],
          description: 'first',
        }),
      },
    ]);
    const kept = join(rig.configPath, 'saved-entities', 'Stream', 'demo.json');
    expect(JSON.parse(readFileSync(kept, 'utf8'))).toMatchObject({ ref: { name: 'demo', projectId } });
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    expect((await rig.run('context', 'info', 'Stream/demo')).out).toBe(`${kept}\n`);
  });

  it.each(['--save=false', '--no-save'])('are not kept with %s', async (flag) => {
    rig.server.on(service.createStream, () => ({ stream: demo }));
    await rig.run('create', 'stream', 'demo', flag);
    expect((await rig.run('context', 'info', 'Stream/demo')).code).toBe(1);
  });

  it('are derived granularly, masked, under the policy of a name', async () => {
    rig.server.on(service.createStream, () => ({ stream: derived }));
    rig.server.on(policies.PoliciesServiceService.listPolicies, () => ({
      policies: [entities.Policy.create({ id: 'p-1', name: '2 years' })],
    }));
    const masks = ['-M', 'acme/clicks/1.0.0:email,name', '-M', 'acme/clicks/1.0.0:ip', '--mask-seed', 'salt'];
    await rig.run(
      ...['create', 'stream', '-D', 'demo', '-P', '0,1', '-P', '2', ...masks],
      ...['--policy-name', '2 years'],
    );
    expect(rig.server.requests('StreamsService/CreateStream')).toEqual([
      {
        stream: entities.Stream.create({
          ref: { projectId },
          linkedStream: 'demo',
          consentLevels: [0, 1, 2],
          consentLevelType: entities.ConsentLevelType.GRANULAR,
          maskedFields: {
            seed: 'salt',
            fieldPatterns: { 'acme/clicks/1.0.0': { fieldPatterns: ['email', 'name', 'ip'] } },
          },
          policyId: 'p-1',
        }),
      },
    ]);
  });

  it.each([
    [['create', 'stream'], 'give the stream a name'],
    [['create', 'stream', '-D', 'demo'], 'a derived stream needs --purposes'],
    [['create', 'stream', 'demo', '-P', '1'], '--purposes belongs to a derived stream; add --derived-from'],
    [
      ['create', 'stream', 'x', '-D', 'demo', '-P', 'one'],
      '--purposes is "one"; give a whole number, at least 0',
    ],
    [
      ['create', 'stream', 'demo', '--policy-name', 'none'],
      "There is no policy 'none'. See: strm list policies",
    ],
  ])('are refused before the server is asked: %j', async (argv, problem) => {
    rig.server.on(policies.PoliciesServiceService.listPolicies, () => ({ policies: [] }));
    expect(await rig.run(...argv)).toEqual({ code: 1, out: '', err: `${problem}\n` });
    expect(rig.server.requests('StreamsService/CreateStream')).toEqual([]);
  });

  it('are fetched before they are deleted, and each deletion is told', async () => {
    rig.server.on(service.getStream, ({ ref }) => {
      if (ref?.name === 'gone') throw new ScriptedError(status.NOT_FOUND, "Stream 'gone' does not exist.");
      return { streamTree: entities.StreamTree.create({ stream: { ...demo, ref } }) };
    });
    rig.server.on(service.deleteStream, () => ({}));
    expect(await rig.run('delete', 'stream', 'demo', 'gone', 'other', '--recursive')).toEqual({
      code: 1,
      out: 'Stream has been deleted\n',
      err: "Error code = NotFound\nDetails = Stream 'gone' does not exist.\n",
    });
    expect(rig.server.requests('StreamsService/DeleteStream')).toMatchObject([
      { ref: { name: 'demo' }, recursive: true },
    ]);
  });
});
