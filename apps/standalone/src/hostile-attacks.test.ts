import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchDir } from '@ccd/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { guardrails, isWithin } from './testing/hostile/attack.ts';
import { connectorAttacks } from './testing/hostile/connector-attacks.ts';
import { exporterAttacks } from './testing/hostile/exporter-attacks.ts';
import { firstEntities, toItems } from './testing/hostile/honest.ts';
import { consistent } from './testing/hostile/lies.ts';
import { worldOf } from './testing/hostile/oracle.ts';
import { startHostileRig } from './testing/hostile/rig.ts';
import type { HostileRig } from './testing/hostile/rig.ts';
import { streamAttacks } from './testing/hostile/stream-attacks.ts';

const honest = toItems(firstEntities);
const attacks = [...streamAttacks, ...exporterAttacks, ...connectorAttacks];

describe('a control plane that tries', () => {
  const file = join(scratchDir(), 'guardrails.json');
  writeFileSync(file, JSON.stringify(guardrails));
  let rig: HostileRig;
  let number = 10n;
  const say = async (items: typeof honest, removed: readonly { kind: string; id: string }[] = []) => {
    number += 1n;
    rig.server.answerWith((list) => consistent(items, list, { number, removed }));
    await rig.poll();
  };
  const told = (): string =>
    [
      ...rig.agents.map((agent) => JSON.stringify(rig.lastRun(agent)?.fields)),
      ...rig.server.entityStates.map(({ message }) => message),
    ].join('\n');

  beforeAll(async () => {
    rig = await startHostileRig({ guardrailsFile: file });
    rig.server.answerWith((list) => consistent(honest, list, { number }));
    await rig.start();
    await rig.poll();
  });
  afterAll(() => rig.stop());

  /** Reports travel beside the polls, so that one may be a poll late. */
  async function untilTold(why: RegExp): Promise<void> {
    for (let polls = 0; polls < 5 && !why.test(told()); polls += 1) await rig.poll();
  }

  it.each(attacks.filter(({ heldBy }) => heldBy === 'reading of items'))(
    '$tries: the item is refused, what lives under its name stays',
    async ({ change, told: why }) => {
      rig.server.entityStates.splice(0);
      rig.writes.take();
      await say(change(honest));
      expect(rig.writes.take()).toEqual([]);
      expect(await rig.world()).toEqual(worldOf(firstEntities));
      await untilTold(why);
      expect(told()).toMatch(why);
    },
  );

  it.each(attacks.filter(({ heldBy }) => heldBy === 'guardrails'))(
    '$tries: the guardrails forbid it, and the truth is followed again',
    async ({ change, told: why }) => {
      rig.server.entityStates.splice(0);
      await say(change(honest));
      expect(isWithin(await rig.world())).toBe(true);
      await untilTold(why);
      expect(told()).toMatch(why);
      await say(honest);
      expect(await rig.world()).toEqual(worldOf(firstEntities));
    },
  );

  it('is tried in more than forty ways', () => {
    expect(new Set(attacks.map(({ tries }) => tries)).size).toBeGreaterThanOrEqual(40);
  });

  it('has no say in what runs: images are never asked for, and a workload is an app of ours with a task', async () => {
    expect(rig.server.paths().filter((path) => path.includes('CustomerEntityVersions'))).toEqual([]);
    for (const { name } of await rig.cluster.listWorkloads({})) {
      const { app, env, files } = rig.cluster.specOf(name) ?? {};
      expect([app, env, Object.keys(files ?? {})]).toEqual([
        name.startsWith('decrypter-') ? 'decrypter' : 'batch-exporter',
        {},
        ['task.json'],
      ]);
    }
  });

  it('cannot reach the agents with a contract: they ask for none, nor for a schema', () => {
    expect(rig.server.paths().filter((path) => /Contract|Schema/.test(path))).toEqual([]);
  });

  it('loses nobody a record by naming everything as removed: topics keep their data, and come back', async () => {
    const topic = `stream-${honest.streams[0]?.uuid ?? ''}`;
    const producer = await rig.log.createProducer();
    await producer.append([{ topic, key: null, value: Buffer.from('kept') }]);
    const before = await rig.log.admin.listTopics();
    const everything = [
      ...honest.streams.map(({ uuid, keyStream }) => ({
        kind: keyStream ? 'key-stream' : 'stream',
        id: uuid,
      })),
      ...honest['data-connectors'].map(({ uuid }) => ({ kind: 'data-connector', id: uuid })),
      ...honest['batch-exporters'].map(({ uuid }) => ({ kind: 'batch-exporter', id: uuid })),
    ];
    await say({ streams: [], 'data-connectors': [], 'batch-exporters': [] }, everything);
    const named = (topics: typeof before) => topics.map(({ name, id }) => `${name} ${id}`).toSorted();
    expect(named(await rig.log.admin.listTopics())).toEqual(named(before));
    await say(honest);
    expect(await rig.world()).toEqual(worldOf(firstEntities));
    expect((await rig.log.admin.bounds(topic)).reduce((sum, { latest }) => sum + latest, 0)).toBe(1);
  });

  it('cannot release what is withheld; a person can, that revision and no other', async () => {
    const few = { ...honest, 'batch-exporters': honest['batch-exporters'].slice(5) };
    const exporters = async () =>
      Object.keys((await rig.world()).workloads).filter((name) => name.startsWith('batch-')).length;
    await say(few);
    const withheld = number;
    for (const headers of [
      { 'ccd-release': `e1/${withheld}` },
      { 'ccd-released': 'true' },
      { 'ccd-force': '1' },
    ]) {
      rig.server.answerWith((list) => {
        const said = consistent(few, list, { number: withheld });
        return { ...said, headers: { ...said.headers, ...headers } };
      });
      await rig.poll();
    }
    for (const epoch of ['e2', 'e1']) {
      rig.server.answerWith((list) => consistent(few, list, { number: withheld + 5n, epoch }));
      await rig.poll();
    }
    expect(await exporters()).toBe(10);
    rig.cluster.release('exporters-agent', `e1/${withheld}`);
    await rig.poll();
    expect(await exporters()).toBe(10);
    rig.server.answerWith((list) => consistent(few, list, { number: withheld }));
    await rig.poll();
    expect(await exporters()).toBe(5);
  });
});
