import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, scratchDir } from '@ccd/testkit';
import { monitoring as wire } from '@ccd/protocol';
import { createRig } from '../testing/rig.ts';
import type { Rig } from '../testing/rig.ts';
import { demoProject } from '../testing/scripted-server.ts';

const scratch = scratchDir();
const service = wire.MonitoringServiceService;
const { STREAM, BATCH_EXPORTER, ENTITY_TYPE_UNSPECIFIED } = wire.EntityState_EntityType;
const stateMask = ['state_time', 'ref', 'status', 'message', 'resource_type'];

const state = (status: wire.EntityState_Status, message = '') =>
  wire.EntityState.create({
    stateTime: new Date('2026-01-02T03:04:05.000Z'),
    ref: { type: STREAM, name: 'demo', projectId: demoProject.id },
    status,
    resourceType: wire.EntityState_ResourceType.STREAM_TOPIC,
    message,
    logs: ['one', 'two\u001b[2J'],
  });
const { HEALTHY, UNHEALTHY } = wire.EntityState_Status;

describe('monitor', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await createRig(scratch);
    rig.server.on(service.getLatestEntityStates, () => ({ state: [state(HEALTHY, 'as it should be')] }));
  });
  afterEach(() => {
    rig.server.close();
  });

  it('shows the newest state of each resource', async () => {
    expect((await rig.run('monitor', 'stream', 'demo')).out).toBe(
      [
        'TIMESTAMP                 ENTITY TYPE  RESOURCE TYPE  NAME  STATUS   MESSAGE',
        '2026-01-02T03:04:05.000Z  STREAM       STREAM_TOPIC   demo  HEALTHY  as it should be',
        '',
      ].join('\n'),
    );
  });

  it.each([
    [['monitor', 'all'], { type: ENTITY_TYPE_UNSPECIFIED, name: '' }, stateMask],
    [['monitor', 'stream'], { type: STREAM, name: '' }, stateMask],
    [['monitor', 'batch-exporter', 'files'], { type: BATCH_EXPORTER, name: 'files' }, stateMask],
    [['logs', 'stream', 'demo'], { type: STREAM, name: 'demo' }, ['logs']],
  ])('asks for what it shows only: %j', async (argv, ref, projectionMask) => {
    await rig.run(...argv);
    expect(rig.server.requests('MonitoringService/GetLatestEntityStates')).toEqual([
      wire.GetLatestEntityStatesRequest.create({
        ref: { ...ref, projectId: demoProject.id },
        projectionMask,
      }),
    ]);
  });

  it.each(['--follow', '--watch'])('shows changes as JSON until the server ends them: %s', async (flag) => {
    rig.server.stream(service.getEntityState, (_, call) => {
      call.write({ state: state(HEALTHY) });
      call.write({ state: state(UNHEALTHY) });
      call.end();
    });
    const { out, code } = await rig.run('monitor', 'stream', 'demo', flag);
    const [first, second] = [HEALTHY, UNHEALTHY].map((status) => ({
      state: {
        stateTime: '2026-01-02T03:04:05Z',
        ref: { type: 'STREAM', projectId: demoProject.id, name: 'demo' },
        status: status === HEALTHY ? 'HEALTHY' : 'UNHEALTHY',
        logs: ['one', 'two\u001b[2J'],
        resourceType: 'STREAM_TOPIC',
      },
    }));
    expect(code).toBe(0);
    expect(out).toBe(
      `${JSON.stringify(first, null, 4)}\n${JSON.stringify(second, null, 4)}\n` +
        'No more data to be received, closing connection.\n',
    );
  });

  it('follows as a table when asked, with one head', async () => {
    rig.server.stream(service.getEntityState, (_, call) => {
      call.write({ state: state(HEALTHY) });
      call.write({ state: state(HEALTHY) });
      call.end();
    });
    const { out } = await rig.run('monitor', 'stream', '--follow', '-o', 'table');
    expect(out.split('\n').map((line) => line.slice(0, 9))).toEqual([
      'TIMESTAMP',
      '2026-01-0',
      '2026-01-0',
      'No more d',
      '',
    ]);
  });

  it('stops following when asked, and tells the server', async () => {
    let cancelled = false;
    rig.server.stream(service.getEntityState, (_, call) => {
      call.write({ state: state(HEALTHY) });
      call.on('cancelled', () => {
        cancelled = true;
      });
    });
    let printed = '';
    const running = rig.start(['monitor', 'all', '--follow', '-o', 'json-raw'], {
      onOut: (text) => {
        printed = text;
      },
    });
    await eventually('a state', () => printed.includes('HEALTHY'));
    rig.stop.abort();
    expect((await running).code).toBe(0);
    await eventually('the end of the call', () => cancelled);
  });
});

describe('logs', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await createRig(scratch);
  });
  afterEach(() => {
    rig.server.close();
  });

  it('prints lines without control characters, now or as they come', async () => {
    rig.server.on(service.getLatestEntityStates, () => ({ state: [state(HEALTHY)] }));
    expect((await rig.run('logs', 'stream', 'demo')).out).toBe('one\ntwo [2J\n');
    rig.server.stream(service.getEntityState, (_, call) => {
      call.write({ state: state(HEALTHY) });
      call.end();
    });
    expect((await rig.run('logs', 'stream', 'demo', '--follow')).out).toBe(
      'one\ntwo [2J\nNo more data to be received, closing connection.\n',
    );
  });
});
