import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alwaysLeads, createMemoryCluster } from '@ccd/cluster/testing';
import type { DesiredStream } from '@ccd/controlplane';
import { createFakeControlPlane } from '@ccd/controlplane/testing';
import { decrypterTaskSchema } from '@ccd/dataplane';
import { createMemoryLog } from '@ccd/eventlog/testing';
import { createMovableClock } from '@ccd/reconcile/testing';
import type { RunningService } from '@ccd/service';
import { createSilentLogger } from '@ccd/service';
import { eventually, scratchDir } from '@ccd/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startStreamsAgent } from './start-streams-agent.ts';

const hourMs = 3_600_000;
const projectId = 'p';

const source = (name: string): readonly DesiredStream[] => [
  { kind: 'source', topic: `stream-${name}`, uuid: name, name, projectId, enabled: true, policyId: '' },
  { kind: 'keys', topic: `keys-${name}`, uuid: name, name, projectId, enabled: true },
];
const derived = (of: string, name: string, levels: readonly number[]): DesiredStream => ({
  kind: 'derived',
  topic: `stream-${name}`,
  uuid: name,
  name,
  projectId,
  enabled: true,
  policyId: '',
  source: of,
  consent: { type: 'GRANULAR', levels },
});

const guardrailsFile = join(scratchDir(), 'guardrails.json');
const allowPurposes = (purposes: 'any' | readonly number[]): void => {
  writeFileSync(guardrailsFile, JSON.stringify({ purposes, destinations: 'any', keyExport: true }));
};

const running: RunningService[] = [];
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const service of running.splice(0)) await service.stop('the test is over');
  for (const close of closers.splice(0)) await close();
});

async function setUp(streams: readonly DesiredStream[] = [], guardrails?: string, reportLogs = false) {
  const clock = createMovableClock();
  const log = createMemoryLog({ clock });
  closers.push(() => log.close());
  const world = { cluster: createMemoryCluster() };
  const controlPlane = createFakeControlPlane({ streams });
  let revision = 1n;
  const start = async () => {
    const service = await startStreamsAgent(
      {
        STRM_KAFKA_TOPIC_NUM_PARTITIONS: 2,
        TOPIC_GRACE_HOURS: 72,
        INSTANCE_ID: 'pod-1',
        POLL_INTERVAL_MS: 100,
        ADMIN_HOST: '127.0.0.1',
        ADMIN_PORT: 0,
        STRM_API_HOST: 'localhost',
        STRM_API_PORT: 1,
        STRM_API_TLS: false,
        STRM_AUTH_URL: 'http://localhost',
        STRM_AUTH_CLIENT_ID: 'ins-1',
        STRM_AUTH_CLIENT_SECRET: 'hush',
        STRM_INSTALLATION_ID: 'installation',
        REPORT_WORKER_LOGS: reportLogs,
        LOG_LEVEL: 'silent',
        LOG_FORMAT: 'json',
        GUARDRAILS_FILE: guardrails,
      },
      { clock, logger: createSilentLogger(), controlPlane, cluster: world.cluster, log: log.connect() },
    );
    running.push(service);
    return service;
  };
  const topics = async () => (await log.admin.listTopics()).filter(({ name }) => !name.startsWith('ccd-'));
  return {
    log,
    world,
    controlPlane,
    start,
    forward: clock.forward,
    /** Sets what should exist; what is named was removed by a user. */
    desire: (wanted: readonly DesiredStream[], removed: readonly { kind: string; id: string }[] = []) => {
      revision += 1n;
      Object.assign(controlPlane.state, {
        streams: wanted,
        removed,
        rejected: [],
        revision: { epoch: 'fake', number: revision },
      });
    },
    reject: (wanted: readonly DesiredStream[], id: string) => {
      revision += 1n;
      Object.assign(controlPlane.state, {
        streams: wanted,
        removed: [],
        rejected: [{ key: { kind: 'stream', id }, message: 'garbled' }],
        revision: { epoch: 'fake', number: revision },
      });
    },
    /** Two looks at what should exist that began after the call: everything that is to be done has been done once. */
    settle: async () => {
      const before = controlPlane.calls.get('desiredStreams') ?? 0;
      await eventually('two more runs', () => (controlPlane.calls.get('desiredStreams') ?? 0) >= before + 3);
    },
    topics,
    topicNames: async () => (await topics()).map(({ name }) => name).toSorted(),
    workloads: async () => (await world.cluster.listWorkloads({})).map(({ name }) => name),
    taskOf: (name: string) =>
      decrypterTaskSchema.parse(JSON.parse(world.cluster.specOf(name)?.files['task.json'] ?? 'null')),
  };
}

describe(startStreamsAgent, () => {
  it('makes the topics of every stream, and a decrypter for each source that has derived streams', async () => {
    const streams = [...source('a'), derived('a', 'a1', [1]), derived('a', 'a2', [1, 2]), ...source('b')];
    const { start, topics, workloads, taskOf, controlPlane } = await setUp(streams);
    await start();
    await eventually('the decrypter', async () => (await workloads()).length === 1);
    const config = new Map((await topics()).map((topic) => [topic.name, topic.config]));
    const sevenDays = { cleanup: 'delete', retentionMs: 7 * 24 * hourMs };
    expect(config).toEqual(
      new Map<string, unknown>([
        ['keys-a', { cleanup: 'compact' }],
        ['keys-b', { cleanup: 'compact' }],
        ['stream-a', sevenDays],
        ['stream-a1', sevenDays],
        ['stream-a2', sevenDays],
        ['stream-b', sevenDays],
      ]),
    );
    expect(await workloads()).toEqual(['decrypter-a']);
    expect(taskOf('decrypter-a')).toMatchObject({
      streamId: 'a',
      sourceTopic: 'stream-a',
      derived: [
        { topic: 'stream-a1', consent: { type: 'GRANULAR', levels: [1] } },
        { topic: 'stream-a2', consent: { levels: [1, 2] } },
      ],
    });
    await eventually('the reports', () => {
      const told = new Set(
        controlPlane.entityStates
          .filter(({ status }) => status === 'HEALTHY')
          .map(({ name, resourceType }) => `${name} ${resourceType}`),
      );
      return ['a STREAM_TOPIC', 'a STREAM_ENCRYPTION_KEYS_TOPIC', 'a STREAM_DECRYPTER_DEPLOYMENT'].every(
        (resource) => told.has(resource),
      );
    });
    expect(controlPlane.componentStates[0]).toMatchObject({ component: 'STREAMS_AGENT', state: 'RUNNING' });
  });

  it('is not ready, and in error, while the right to write cannot be asked for', async () => {
    const { start, topics, world, controlPlane } = await setUp(source('a'));
    let why: string | undefined = 'lease streams-agent is not allowed';
    const lead = { ...alwaysLeads, isHeld: () => why === undefined, problem: () => why };
    world.cluster = { ...world.cluster, lead: () => lead };
    const service = await start();
    await eventually('its own state', () =>
      controlPlane.componentStates.some(({ state }) => state === 'ERROR'),
    );
    expect(controlPlane.componentStates.at(-1)).toMatchObject({
      message: 'LeaseUnavailable: lease streams-agent is not allowed',
    });
    expect(service.ready().reasons).toEqual([{ component: 'lease', reason: why }]);
    expect([await topics(), controlPlane.entityStates]).toEqual([[], []]);
    why = undefined;
    await eventually('its topics', async () => (await topics()).length === 2);
    expect(service.ready().ok).toBe(true);
    await eventually('its own state', () => controlPlane.componentStates.at(-1)?.state === 'RUNNING');
  });

  it.each([
    [
      'is switched on',
      true,
      ['2026-01-01T00:00:00.000Z WARN decrypter: Partition 0 waits  reason=KeyMissing'],
    ],
    ['is not switched on', false, undefined],
  ])('tells what a decrypter that fails has logged where that %s', async (_title, isOn, logs) => {
    const { start, workloads, world, controlPlane } = await setUp(
      [...source('a'), derived('a', 'a1', [1])],
      undefined,
      isOn,
    );
    await start();
    await eventually('the decrypter', async () => (await workloads()).length === 1);
    const line = { time: '2026-01-01T00:00:00.000Z', level: 'warn', name: 'decrypter', reason: 'KeyMissing' };
    world.cluster.write('decrypter-a', [
      JSON.stringify({ ...line, message: 'Partition 0 waits', value: 'Jane Doe' }),
      'Jane Doe',
    ]);
    const failing = { reason: 'KeyMissing', message: 'Partition 0 waits', restarts: 0 } as const;
    world.cluster.report('decrypter-a', { state: 'failing', ...failing });
    const report = await eventually('the report', () =>
      controlPlane.entityStates.find(({ status }) => status === 'UNHEALTHY'),
    );
    expect(report.message).toBe('KeyMissing: Partition 0 waits');
    expect(report.logs).toEqual(logs);
    expect(controlPlane.entityStates.filter(({ status }) => status === 'HEALTHY')).not.toContainEqual(
      expect.objectContaining({ logs: expect.anything() }),
    );
  });

  it('keeps the task of a decrypter in line with the streams derived from its source', async () => {
    const { start, desire, workloads, taskOf } = await setUp([...source('a'), derived('a', 'a1', [1])]);
    await start();
    await eventually('the decrypter', async () => (await workloads()).length === 1);
    desire([...source('a'), derived('a', 'a1', [1]), derived('a', 'a2', [2])]);
    await eventually('the second stream', () => taskOf('decrypter-a').derived.length === 2);
    desire([...source('a'), derived('a', 'a2', [2])], [{ kind: 'stream', id: 'a1' }]);
    await eventually('the end of the first', () => taskOf('decrypter-a').derived.length === 1);
    desire(source('a'), [
      { kind: 'stream', id: 'a1' },
      { kind: 'stream', id: 'a2' },
    ]);
    await eventually('the end of the decrypter', async () => (await workloads()).length === 0);
  });

  it('lets topics go after their grace period, and gives them back as they were within it', async () => {
    const { log, start, desire, settle, forward, topics, topicNames } = await setUp(source('a'));
    await start();
    await eventually('the topics', async () => (await topicNames()).length === 2);
    const before = await topics();
    const producer = await log.createProducer();
    await producer.append([{ topic: 'stream-a', key: null, value: Buffer.from('kept') }]);
    const removed = [
      { kind: 'stream', id: 'a' },
      { kind: 'key-stream', id: 'a' },
    ];

    desire([], removed);
    await settle();
    forward(71 * hourMs);
    await settle();
    expect(await topics()).toEqual(before);
    desire(source('a'));
    await settle();
    forward(100 * hourMs);
    await settle();
    expect(await topics()).toEqual(before);
    expect((await log.admin.bounds('stream-a')).reduce((sum, { latest }) => sum + latest, 0)).toBe(1);

    desire([], removed);
    await settle();
    forward(73 * hourMs);
    await eventually('the end of the topics', async () => (await topicNames()).length === 0);
  });

  it('leaves a topic of somebody else alone, and says so', async () => {
    const { log, start, controlPlane, topics } = await setUp([]);
    await log.admin.createTopic({ name: 'stream-a', partitions: 1, config: { cleanup: 'delete' } });
    controlPlane.state.streams = source('a');
    await start();
    const report = await eventually('the report', () =>
      controlPlane.entityStates.find(({ resourceType }) => resourceType === 'STREAM_TOPIC'),
    );
    expect(report).toMatchObject({ status: 'UNHEALTHY', message: 'ForeignObject' });
    expect((await topics()).find(({ name }) => name === 'stream-a')).toMatchObject({ partitions: 1 });
  });

  it('repairs a topic that somebody changed', async () => {
    const { log, start, topicNames } = await setUp(source('a'));
    await start();
    await eventually('the topics', async () => (await topicNames()).length === 2);
    await log.admin.alterTopic('stream-a', { cleanup: 'delete', retentionMs: 1_000 });
    await eventually('the repair', async () => {
      const topic = await log.admin.describeTopic('stream-a');
      return topic?.config.retentionMs === 7 * 24 * hourMs;
    });
  });

  it.each(['a2', ''])(
    'changes no decrypter while the answer garbles a stream (%j) that it derives',
    async (id) => {
      const streams = [...source('a'), derived('a', 'a1', [1]), derived('a', 'a2', [2])];
      const { start, reject, settle, workloads, taskOf, topicNames } = await setUp(streams);
      await start();
      await eventually('the decrypter', async () => (await workloads()).length === 1);
      reject([...source('a'), derived('a', 'a1', [1])], id);
      await settle();
      expect(taskOf('decrypter-a').derived).toHaveLength(2);
      expect(await topicNames()).toContain('stream-a2');
    },
  );

  it('withholds deletions that nobody asked for, until a person here releases that revision', async () => {
    const streams = [...source('a'), derived('a', 'a1', [1])];
    const { start, desire, settle, workloads, controlPlane, world } = await setUp(streams);
    await start();
    await eventually('the decrypter', async () => (await workloads()).length === 1);
    desire([]);
    await settle();
    expect(await workloads()).toEqual(['decrypter-a']);
    const { number = 0n } = controlPlane.state.revision ?? {};
    world.cluster.release('streams-agent', `fake/${number - 1n}`);
    await settle();
    expect(await workloads()).toEqual(['decrypter-a']);
    world.cluster.release('streams-agent', `fake/${number}`);
    await eventually('the end', async () => (await workloads()).length === 0);
  });

  it('repairs what it knows of after a restart without a control plane', async () => {
    const { start, workloads, controlPlane, world } = await setUp([...source('a'), derived('a', 'a1', [1])]);
    const first = await start();
    await eventually('the decrypter', async () => (await workloads()).length === 1);
    await first.stop('a restart');
    controlPlane.state.failure = new Error('away');
    const [live] = await world.cluster.listWorkloads({});
    await world.cluster.removeWorkload('decrypter-a', live?.uid ?? '');
    await start();
    await eventually('the decrypter again', async () => (await workloads()).length === 1);
  });

  it('derives no stream of a purpose that the guardrails leave out, keeps its topic, and says so', async () => {
    allowPurposes([1]);
    const streams = [...source('a'), derived('a', 'a1', [1]), derived('a', 'a2', [1, 2])];
    const { start, topicNames, taskOf, workloads, controlPlane } = await setUp(streams, guardrailsFile);
    await start();
    await eventually('the decrypter', async () => (await workloads()).length === 1);
    expect(taskOf('decrypter-a').derived.map(({ topic }) => topic)).toEqual(['stream-a1']);
    const report = await eventually('the report', () =>
      controlPlane.entityStates.find(({ status }) => status === 'UNHEALTHY'),
    );
    expect(report).toMatchObject({
      entityType: 'STREAM',
      name: 'a2',
      message: 'BeyondGuardrails: purpose 2 is not allowed in this installation',
    });

    allowPurposes('any');
    await eventually('both streams', () => taskOf('decrypter-a').derived.length === 2);
    const lastOf = (of: string) => controlPlane.entityStates.findLast(({ name }) => name === of);
    await eventually('the good news', () => lastOf('a2')?.status === 'HEALTHY');
    allowPurposes([]);
    await eventually('the end of the decrypter', async () => (await workloads()).length === 0);
    expect(await topicNames()).toEqual(['keys-a', 'stream-a', 'stream-a1', 'stream-a2']);
  });
});
