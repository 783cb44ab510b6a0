import { cp, rm } from 'node:fs/promises';
import { connectEventLog, eventLogOptions } from '@ccd/eventlog';
import { systemClock } from '@ccd/reconcile';
import type { Clock } from '@ccd/reconcile';
import { createMovableClock } from '@ccd/reconcile/testing';
import { eventually, personal, scratchDir } from '@ccd/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import { foldersOf } from './folders.ts';
import { socketPathOf } from './socket-path.ts';
import { credentialsOf } from './testing/entities.ts';
import { startRig } from './testing/rig.ts';
import type { Rig } from './testing/rig.ts';
import { exampleContract, fetchToken, postEvent } from './testing/send-events.ts';

const hourMs = 3_600_000;

describe('strm delete stream', () => {
  const folders = { first: scratchDir(), second: scratchDir(), third: scratchDir(), backup: scratchDir() };
  let rig: Rig | undefined;
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
    await rig?.stop();
    rig = undefined;
  });

  async function start(dataDir: string, clock: Clock = systemClock) {
    const started = await startRig(dataDir, { clock });
    rig = started;
    const log = await connectEventLog(
      eventLogOptions.parse({ engine: 'embedded', socketPath: socketPathOf(dataDir) }),
      { clock: systemClock },
    );
    const close = () => log.close();
    stops.push(close);
    return {
      ...started,
      workloads: async () => (await started.system.cluster.listWorkloads({})).map(({ name }) => name),
      running: async () =>
        (await started.system.cluster.listWorkloads({})).filter(({ status }) => status.state === 'running')
          .length,
      topics: async () =>
        (await log.admin.listTopics())
          .filter(({ name }) => /^(stream|keys)-/.test(name))
          .map(({ name, id }) => `${name} ${id}`),
      /** How many records the topics hold, together. */
      records: async () => {
        const topics = (await log.admin.listTopics()).filter(({ name }) => name.startsWith('stream-'));
        const bounds = await Promise.all(topics.map(({ name }) => log.admin.bounds(name)));
        return bounds.flat().reduce((sum, { earliest, latest }) => sum + latest - earliest, 0);
      },
      async stop() {
        stops.splice(stops.indexOf(close), 1);
        await close();
        rig = undefined;
        await started.stop();
      },
    };
  }

  async function prepare(system: Awaited<ReturnType<typeof start>>): Promise<void> {
    await system.strm('create', 'stream', 'demo');
    await system.strm('create', 'stream', 'derived', '--derived-from', 'demo', '--purposes', '1');
    const { authUrl, eventsUrl } = system.system;
    const client = await credentialsOf(system.strm, 'demo');
    const token = await fetchToken({ authUrl, eventsUrl, ...client });
    const event = {
      strmMeta: { eventContractRef: exampleContract, consentLevels: [1] },
      uniqueIdentifier: personal('a'),
      consistentValue: personal('b'),
      someSensitiveValue: personal('c'),
      notSensitiveValue: 'd',
    };
    await eventually('a 204', async () => (await postEvent(eventsUrl, token, event)) === 204, 30_000, 100);
    await eventually('the derived event', async () => (await system.records()) === 2, 30_000, 100);
    await eventually('the decrypter', async () => (await system.running()) === 1, 30_000, 100);
  }

  /** Everything that an agent would do by now has been done once a stream made now has its topics. */
  async function settle(system: Awaited<ReturnType<typeof start>>, name: string): Promise<void> {
    const before = (await system.topics()).length;
    await system.strm('create', 'stream', name);
    await eventually(
      'the next topics',
      async () => (await system.topics()).length === before + 2,
      30_000,
      50,
    );
  }

  it('ends the workloads of a whole tree at once, and the topics after their grace period', async () => {
    const clock = createMovableClock();
    const system = await start(folders.first, clock);
    await prepare(system);
    const topics = await system.topics();
    expect(topics).toHaveLength(3);

    await system.strm('delete', 'stream', 'demo', '--recursive');
    await eventually('no workloads', async () => (await system.workloads()).length === 0, 30_000, 50);
    await settle(system, 'first');
    clock.forward(71 * hourMs);
    await settle(system, 'second');
    expect(await system.topics()).toEqual(expect.arrayContaining(topics));
    clock.forward(2 * hourMs);
    await eventually(
      'the end of the topics',
      async () => !(await system.topics()).some((topic) => topics.includes(topic)),
      30_000,
      50,
    );
    expect(await system.topics()).toHaveLength(4);
  }, 120_000);

  it('needs nobody else until the last stream is gone: none that a user deletes is withheld', async () => {
    const clock = createMovableClock();
    const { strm, ...system } = await start(folders.third, clock);
    const sources = ['one', 'two', 'three'];
    const purposes = ['1', '2'];
    for (const source of sources) {
      await strm('create', 'stream', source);
      for (const purpose of purposes) {
        await strm(
          ...['create', 'stream', `${source}-${purpose}`],
          ...['--derived-from', source, '--purposes', purpose],
        );
      }
    }
    await eventually('all topics', async () => (await system.topics()).length === 12, 60_000, 50);
    await eventually('all decrypters', async () => (await system.workloads()).length === 3, 60_000, 50);

    for (const [index, source] of sources.entries()) {
      for (const purpose of purposes) await strm('delete', 'stream', `${source}-${purpose}`);
      await strm('delete', 'stream', source);
      const left = sources.length - 1 - index;
      await eventually(
        `${left} decrypters are left`,
        async () => (await system.workloads()).length === left,
        60_000,
        50,
      );
    }
    // More than once: the workloads end before the last topics are marked, and grace is counted from that.
    const isOver = async (): Promise<boolean> => {
      clock.forward(73 * hourMs);
      return (await system.topics()).length === 0;
    };
    await eventually('no topic is left', isOver, 60_000, 1_000);
    const agents = JSON.parse(
      await strm('agent', 'status', '--data', folders.third, '-o', 'json'),
    ) as readonly { readonly withheld: string }[];
    expect(agents.map(({ withheld }) => withheld)).toEqual(['', '', '']);
    expect(system.log()).not.toContain('DeletionsWithheld');
  }, 480_000);

  it('is undone by a restored control plane: the stream finds its topics with their data', async () => {
    const { second: dataDir, backup } = folders;
    const { controlPlane } = foldersOf(dataDir);
    const original = await start(dataDir);
    await prepare(original);
    const topics = await original.topics();
    await original.stop();
    await cp(controlPlane, backup, { recursive: true });

    const deleted = await start(dataDir);
    await deleted.strm('delete', 'stream', 'demo', '--recursive');
    await eventually('no workloads', async () => (await deleted.workloads()).length === 0, 30_000, 50);
    await settle(deleted, 'another');
    await deleted.stop();

    await rm(controlPlane, { recursive: true });
    await cp(backup, controlPlane, { recursive: true });
    const restored = await start(dataDir);
    await eventually('the decrypter', async () => (await restored.running()) === 1, 60_000, 50);
    expect(await restored.topics()).toEqual(expect.arrayContaining(topics));
    expect(await restored.records()).toBe(2);
  }, 180_000);
});
