import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failpointNames } from '@ccd/failpoints';
import { createRandom, eventually, scaled, scratchDir, summarise } from '@ccd/testkit';
import type { Random } from '@ccd/testkit';
import { afterAll, describe, expect, it } from '@jest/globals';
import { checkEntities, removeLeftovers } from './testing/faults/check-control-plane.ts';
import type { Problems } from './testing/faults/check-data.ts';
import { startChurn } from './testing/faults/churn.ts';
import { faultGroups } from './testing/faults/fault-groups.ts';
import { startFleet } from './testing/faults/fleet.ts';
import type { Fleet } from './testing/faults/fleet.ts';
import { killAtFailpoints, killAtRandom } from './testing/faults/inject-faults.ts';
import { createLedger } from './testing/faults/ledger.ts';
import { killUnstopped } from './testing/processes/managed-process.ts';
import { openLogFile } from './testing/faults/read-log.ts';
import {
  checkAgents,
  checkScene,
  checkUsage,
  scene,
  sceneStreams,
  setScene,
  topicsOf,
} from './testing/faults/scene.ts';
import { startStopwatch } from './testing/faults/stopwatch.ts';
import { sendLoad } from './testing/faults/send-load.ts';

const kills = { eachFailpoint: scaled(5), atRandom: scaled(100) };
const events = scaled(20_000);
const settleMs = 120_000;
const foreignTopic = 'stream-of-somebody-else';
const usageTopic = 'billing';

const kept = {
  streams: sceneStreams,
  'data-connectors': [scene.connector],
  'batch-exporters': [...sceneStreams, scene.keys],
};

describe(`kill -9 of every app, ${kills.eachFailpoint} times at each failpoint and ${kills.atRandom} times at random`, () => {
  let fleet: Fleet | undefined;
  // Before the scratch folder goes.
  afterAll(async () => {
    await fleet?.stop();
  }, 60_000);
  afterAll(killUnstopped);
  const scratch = scratchDir();

  function uidsOf(running: Fleet, topics: readonly string[]): readonly string[] {
    const log = openLogFile(running.engines.engineFolder);
    const uids = topics.map((name) => log.topic(name).uid);
    log.close();
    return uids;
  }

  /** What is wrong when all is over; the kills happen in between. */
  async function run(running: Fleet, random: Random): Promise<Problems> {
    const clock = startStopwatch();
    const ledger = createLedger();
    await running.engines.makeForeignTopic(foreignTopic);
    const { ids, sender } = await setScene(running, scratch, running.engines.bucket, ledger);
    const topics = [...topicsOf(ids), foreignTopic];
    const uids = uidsOf(running, topics);
    const load = sendLoad({ sender, ledger, width: 4 });
    const churn = startChurn(running.strm, scratch);
    let atFailpoints: number;
    try {
      clock.lap('setting up');
      atFailpoints = await killAtFailpoints(running, faultGroups, kills.eachFailpoint, random);
      clock.lap('kills at failpoints');
      await killAtRandom(running, kills.atRandom, random);
      clock.lap('random kills');
      await eventually('enough events', () => ledger.accepted() >= events, settleMs, 100);
    } finally {
      await Promise.all([churn.stop(), load.stop()]);
    }

    const { outside } = running.engines;
    const look = async (): Promise<Problems> => [
      ...(await checkScene(outside, ids, ledger)),
      ...(await checkAgents(outside, running.cluster, {
        topics: [...topics, usageTopic],
        workloads: 5,
        secrets: 1,
      })),
      ...(uidsOf(running, topics).join() === uids.join() ? [] : ['a topic was made again']),
    ];
    const asked = await eventually('the API', () => checkEntities(running.strm, churn, kept), settleMs, 500);
    const removed = async () => {
      await removeLeftovers(running.strm, churn);
      return true;
    };
    await eventually('an end of the churn', removed, settleMs, 500);
    // What is still wrong then is reported below.
    const isDone = async () => (await look()).length === 0;
    await eventually('the end of all work', isDone, settleMs, 1_000).catch(() => {});
    let counting: Problems = [];
    const isCounted = async () => {
      counting = await checkUsage(running.strm, outside, ids);
      return counting.length === 0;
    };
    await eventually('the last count', isCounted, settleMs, 500).catch(() => {});
    clock.lap('finishing');
    await running.stop();
    const found = [...asked, ...counting, ...(await look())];
    summarise('kill matrix', {
      seed: random.seed,
      failpoints: failpointNames.length,
      killsAtFailpoints: atFailpoints,
      killsAtRandom: kills.atRandom,
      sent: ledger.sent.size,
      accepted: ledger.accepted(),
      problems: found.length,
      seconds: clock.laps(),
    });
    return [...found, ...Object.values(running.processes).flatMap((each) => each.ownEnds())];
  }

  it('loses nothing, doubles nothing, mixes nothing up, and leaves nothing behind', async () => {
    const random = createRandom();
    const running = await startFleet(scratch);
    fleet = running;
    const problems = await run(running, random).catch((error: unknown) => [String(error)]);
    const report = {
      seed: random.seed,
      problems: problems.slice(0, 10),
      log: problems.length > 0 ? keepLog(running, random) : 'not kept',
    };
    expect(report).toStrictEqual({ seed: random.seed, problems: [], log: 'not kept' });
    expect([...running.failpoints.visited()].toSorted()).toStrictEqual([...failpointNames].toSorted());
  }, 3_600_000);
});

/** What all processes logged, for whoever looks into a failure. */
function keepLog({ log }: Fleet, { seed }: Random): string {
  const file = join(tmpdir(), `kill-matrix-${seed}.log`);
  writeFileSync(file, log.join('\n'));
  return file;
}
