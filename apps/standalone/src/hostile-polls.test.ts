import { readComponentMessage } from '@ccd/controlplane';
import { givenSeed, scaled, summarise } from '@ccd/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { createHonestControlPlane } from './testing/hostile/honest-control-plane.ts';
import { lies } from './testing/hostile/lies.ts';
import { worldOf } from './testing/hostile/oracle.ts';
import type { World } from './testing/hostile/oracle.ts';
import { createRandom, shuffled } from './testing/hostile/random.ts';
import { startHostileRig } from './testing/hostile/rig.ts';
import type { HostileRig } from './testing/hostile/rig.ts';

const names = Object.keys(lies);
/** Each lie once, and at full size ten times, in orders of their own; six questions to a lie. */
const rounds = scaled(10);
const secrets = ['very-secret', 'token-1', 'secret-3', 'eyJzdWIi'];
/** What tells nothing else than the truth, in other words or on another way. */
const harmless = new Set([
  'the same list in another order',
  'the same list of another history',
  'the truth, byte by byte',
]);
/** A new history is believed, but for its deletions: what follows would not count as old. */
const turnsHistory = new Set(['the same list of another history']);

/** What an agent's own report, which may get lost, must have said at some time. */
const reasons = [
  'ControlPlaneUnreachable',
  'DeletionsWithheld',
  'OlderRevision',
  'RevisionMissing',
  'ResourcesFailing',
];

const rejections: unknown[] = [];
const onRejection = (reason: unknown): void => void rejections.push(reason);
process.on('unhandledRejection', onRejection);

let rig: HostileRig | undefined;
afterEach(async () => {
  await rig?.stop();
  rig = undefined;
  process.off('unhandledRejection', onRejection);
});

describe('three agents and a control plane that lies', () => {
  it('write nothing that no user asked for, say why, and follow the truth again', async () => {
    const seed = givenSeed === undefined ? randomInt(2 ** 31) : Number(givenSeed);
    const story: string[] = [`seed ${seed}`];
    try {
      const asked = await run(createRandom(seed), story);
      summarise('hostile polls', { seed, lies: names.length, rounds, asked });
    } catch (cause) {
      throw new Error(story.slice(0, 1).concat(story.slice(-12)).join('\n'), { cause });
    }
    expect(rejections).toEqual([]);
  }, 600_000);
});

/** Answers with the number of questions that the agents asked. */
async function run(random: () => number, story: string[]): Promise<number> {
  const control = createHonestControlPlane(random);
  const started = await startHostileRig();
  rig = started;
  const { server, proxy, writes } = started;

  const wanted = (): World => {
    const world = worldOf(control.entities());
    return { ...world, topics: [...new Set([...world.topics, ...control.keptTopics()])].toSorted() };
  };
  const isCalm = (): boolean => started.agents.every((agent) => started.lastRun(agent)?.level === 'debug');
  /** However it lied before, the honest server is followed within a few polls. */
  async function beHonest(): Promise<void> {
    story.push('the truth');
    proxy.poison({ kind: 'none' });
    server.answerWith((list) => control.reply(list));
    for (let polls = 1; polls <= 40; polls += 1) {
      await started.poll();
      if (isCalm()) break;
    }
    expect(started.agents.map((agent) => started.lastRun(agent)?.message)).toEqual(
      started.agents.map(() => 'nothing to change'),
    );
    expect(await started.world()).toEqual(wanted());
    writes.take();
  }

  server.answerWith((list) => control.reply(list));
  await started.start();
  await beHonest();
  for (let round = 0; round < rounds; round += 1) {
    for (const name of shuffled(names, random)) {
      story.push(name);
      const lie = lies[name]?.(control.truth());
      if (lie === undefined) throw new Error('no such lie');
      proxy.poison(lie.toxic ?? { kind: 'none' });
      server.answerWith(lie.reply);
      await started.poll();
      // On a busy machine an answer may be late by the clock of the test, which runs ahead while it waits.
      for (let polls = 0; harmless.has(name) && polls < 40 && !isCalm(); polls += 1) await started.poll();
      expect(writes.take()).toEqual([]);
      for (const agent of started.agents) expectReason(started, agent, name);
      if (turnsHistory.has(name) || random() < 0.15) await beHonest();
      if (random() < 0.1) {
        await beHonest();
        control.edit();
        await beHonest();
      }
      if (random() < 0.03) {
        story.push('restart');
        await started.restart();
      }
    }
  }
  await beHonest();
  const asked = (['streams', 'data-connectors', 'batch-exporters'] as const).map((list) =>
    server.asked(list),
  );
  const questions = asked.reduce((sum, count) => sum + count, 0);
  expect(questions).toBeGreaterThanOrEqual(scaled(1_000));
  const told = new Set(
    server.componentStates.map(
      (each) => /^\w*/.exec(readComponentMessage(each.installedComponentState?.message ?? '').message)?.[0],
    ),
  );
  for (const reason of reasons) expect(told).toContain(reason);
  expect(server.entityStates.map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/^ItemRejected: /),
  );
  const logs = started.logs();
  for (const secret of secrets) expect(logs).not.toContain(secret);
  expect(Math.max(...logs.split('\n').map((line) => line.length))).toBeLessThan(20_000);
  return questions;
}

/** The log of the agent names a cause that a person can act on. */
function expectReason(
  { lastRun }: HostileRig,
  agent: Parameters<HostileRig['lastRun']>[0],
  name: string,
): void {
  const { level, fields } = lastRun(agent) ?? {};
  if (harmless.has(name)) {
    expect([level, fields?.['reason']]).toEqual(['debug', 'Converged']);
    return;
  }
  expect(level).toBe('warn');
  const { reason, detail, changed } = fields ?? {};
  if (reason === 'ControlPlaneUnreachable') expect(String(detail)).toMatch(/\w+ \w+|: [A-Z_]{3,}/);
  else if (reason === 'DeletionsWithheld')
    expect(String(detail)).toMatch(/^[A-Z]\w+, \d+ deletions wait for a release of \S+$/);
  else if (reason === 'ResourcesFailing') expect(String(changed)).toMatch(/ItemRejected: [\w.]+ \w+/);
  else expect(['OlderRevision', 'RevisionMissing']).toContain(reason);
}
