import { failpointNames } from '@ccd/failpoints';
import { createRandom, scaled, scratchDir } from '@ccd/testkit';
import { afterAll, describe, expect, it } from '@jest/globals';
import { startEmbeddedSet } from './testing/engines/embedded-set.ts';
import { faultGroups } from './testing/faults/fault-groups.ts';
import { startFleet } from './testing/faults/fleet.ts';
import type { Fleet } from './testing/faults/fleet.ts';
import { killAtFailpoints, killAtRandom } from './testing/faults/inject-faults.ts';
import { runUnderFaults } from './testing/faults/run-under-faults.ts';
import { killUnstopped } from './testing/processes/managed-process.ts';

const kills = { eachFailpoint: scaled(5), atRandom: scaled(100) };
const events = scaled(20_000);

describe(`kill -9 of every app, ${kills.eachFailpoint} times at each failpoint and ${kills.atRandom} times at random`, () => {
  let fleet: Fleet | undefined;
  // Before the scratch folder goes.
  afterAll(async () => {
    await fleet?.stop();
  });
  afterAll(killUnstopped);
  const scratch = scratchDir();

  it('loses nothing, doubles nothing, mixes nothing up, and leaves nothing behind', async () => {
    const random = createRandom();
    const running = await startFleet(scratch, startEmbeddedSet);
    fleet = running;
    const report = await runUnderFaults({
      name: 'kill matrix',
      fleet: running,
      folder: scratch,
      random,
      events,
      churn: ['light', 'heavy'],
      async inject({ clock }) {
        const atFailpoints = await killAtFailpoints(running, faultGroups, kills.eachFailpoint, random);
        clock.lap('kills at failpoints');
        await killAtRandom(running, kills.atRandom, random);
        clock.lap('random kills');
        return {
          failpoints: failpointNames.length,
          killsAtFailpoints: atFailpoints,
          killsAtRandom: kills.atRandom,
        };
      },
    });
    expect(report).toStrictEqual({ seed: random.seed, problems: [], log: 'not kept' });
    expect([...running.failpoints.visited()].toSorted()).toStrictEqual([...failpointNames].toSorted());
  }, 3_600_000);
});
