import { scaled } from '@ccd/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { firstEntities, toItems } from './testing/hostile/honest.ts';
import { consistent } from './testing/hostile/lies.ts';
import { worldOf } from './testing/hostile/oracle.ts';
import { answerLimit, oversized, padded } from './testing/hostile/oversized.ts';
import { startHostileRig } from './testing/hostile/rig.ts';
import type { HostileRig } from './testing/hostile/rig.ts';

const honest = toItems(firstEntities);
/** At full size, 360 MB are on their way. */
const testMs = 300_000;
/** For so long a large answer may be read while nothing else happens. */
const patienceMs = 100;
/** What three agents may take, each with an answer at its limit, its copies and the server's own beside it. */
const mostGrowthKiB = 1_200 * 1024;

describe('a control plane whose answers are a matter of size', () => {
  let rig: HostileRig;
  let number = 10n;

  beforeAll(async () => {
    rig = await startHostileRig();
    rig.server.answerWith((list) => consistent(honest, list, { number }));
    await rig.start();
    await rig.poll();
    rig.writes.take();
  });
  afterAll(() => rig.stop());

  const reasons = () => rig.agents.map((agent) => rig.lastRun(agent)?.fields['reason']);

  it(
    'is followed up to the limit',
    async () => {
      number += 1n;
      rig.server.answerWith((list) => padded(honest, list, number, scaled(answerLimit)));
      await rig.poll(patienceMs);
      expect(reasons()).toEqual(rig.agents.map(() => 'Converged'));
      expect(rig.writes.take()).toEqual([]);
    },
    testMs,
  );

  it.each(oversized)(
    'is not followed with $name, takes no memory without bound, and is told of',
    async ({ reply, told: why }) => {
      number += 1n;
      const before = process.resourceUsage().maxRSS;
      rig.server.answerWith((list) => reply(list, number));
      await rig.poll(patienceMs);
      expect(process.resourceUsage().maxRSS - before).toBeLessThan(mostGrowthKiB);
      expect(rig.writes.take()).toEqual([]);
      expect(await rig.world()).toEqual(worldOf(firstEntities));
      for (const agent of rig.agents) expect(JSON.stringify(rig.lastRun(agent)?.fields)).toMatch(why);
    },
    testMs,
  );
});
