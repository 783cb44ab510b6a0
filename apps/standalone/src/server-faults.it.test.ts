import { createRandom, eventually, scaled, scratchDir } from '@ccd/testkit';
import type { Random } from '@ccd/testkit';
import { describeWithServers } from '@ccd/testkit/servers';
import { afterAll, expect, it } from '@jest/globals';
import { startServerSet } from './testing/engines/server-set.ts';
import type { ServerSet } from './testing/engines/server-set.ts';
import { startFleet } from './testing/faults/fleet.ts';
import type { Fleet } from './testing/faults/fleet.ts';
import type { Ledger } from './testing/faults/ledger.ts';
import { runUnderFaults } from './testing/faults/run-under-faults.ts';
import type { StreamIds } from './testing/faults/scene.ts';
import { killUnstopped } from './testing/processes/managed-process.ts';
import { brokerFaults } from './testing/server-faults/broker-faults.ts';
import { databaseFaults } from './testing/server-faults/database-faults.ts';
import { redisFaults } from './testing/server-faults/redis-faults.ts';
import { storeFaults } from './testing/server-faults/store-faults.ts';
import { startTwin } from './testing/server-faults/twin.ts';
import { aWorker, workerFaults } from './testing/server-faults/worker-faults.ts';

const events = scaled(200_000);
const pace = { width: 8, gapMs: 5 };
const goesOnWithinMs = 60_000;
/** More than are under way at a time, so that one of them was sent afterwards. */
const eventsAfterwards = 5;

describeWithServers(['kafka', 'redis', 'postgres', 's3'], 'apps and servers broken in turn', () => {
  let fleet: Fleet<ServerSet> | undefined;
  // Before the scratch folder goes.
  afterAll(async () => {
    await fleet?.stop();
    await fleet?.engines.stop();
  }, 120_000);
  afterAll(killUnstopped);
  const scratch = scratchDir();

  /** Every fault in a random order, each followed by a sign of life. Answers with how often each of them was. */
  async function breakEverything(
    running: Fleet<ServerSet>,
    random: Random,
    { ledger, ids }: { readonly ledger: Ledger; readonly ids: StreamIds },
  ): Promise<Readonly<Record<string, string>>> {
    const { engines } = running;
    const { kafka, redis, postgres, databaseUrl, s3Proxy } = engines;
    const derivedTopic = `stream-${ids.get('masked') ?? ''}`;
    /** The longest time until an event was accepted again. */
    const slowest = new Map<string, number>();
    async function goesOn(after: string): Promise<void> {
      const began = performance.now();
      const before = { accepted: ledger.accepted(), derived: await engines.endOf(derivedTopic) };
      const takesEvents = () => ledger.accepted() >= before.accepted + eventsAfterwards;
      await eventually(`events accepted after: ${after}`, takesEvents, goesOnWithinMs);
      slowest.set(after, Math.max(slowest.get(after) ?? 0, performance.now() - began));
      const derives = async () => (await engines.endOf(derivedTopic)) > before.derived;
      await eventually(`events derived after: ${after}`, derives, goesOnWithinMs, 50);
    }
    const faults = [
      ...brokerFaults(kafka, random),
      ...redisFaults(redis, () => goesOn('Redis evicting')),
      ...databaseFaults(postgres, databaseUrl),
      ...storeFaults(s3Proxy, random),
      ...workerFaults(running, random, () => goesOn('a worker paused')),
    ];
    const planned = faults.flatMap((fault) => Array.from({ length: scaled(fault.times) }, () => fault));
    for (const { name, inject } of random.shuffled(planned)) {
      running.launcher.note(name);
      await inject().catch((cause: unknown) => {
        throw new Error(`${name}: ${String(cause)}`, { cause });
      });
      running.launcher.note(`${name}: over`);
      await goesOn(name);
    }
    const inSeconds = (name: string): string => ((slowest.get(name) ?? 0) / 1_000).toFixed(1);
    return Object.fromEntries(
      faults.map(({ name, times }) => [name, `${scaled(times)}, accepted again within ${inSeconds(name)} s`]),
    );
  }

  it('loses nothing, doubles nothing, mixes nothing up, and goes on after each fault', async () => {
    const random = createRandom();
    const running = await startFleet(scratch, () => startServerSet(3));
    fleet = running;
    const report = await runUnderFaults({
      name: 'server faults',
      fleet: running,
      folder: scratch,
      random,
      events,
      pace,
      churn: ['light'],
      async inject(during) {
        const decrypter = await aWorker(running, 'decrypter', random);
        await startTwin(running.launcher, scratch, 'second-decrypter', decrypter);
        const done = await breakEverything(running, random, during);
        during.clock.lap('faults');
        return done;
      },
    });
    expect(report).toStrictEqual({ seed: random.seed, problems: [], log: 'not kept' });
  }, 3_600_000);
});
