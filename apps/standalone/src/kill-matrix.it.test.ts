import { failpointNames } from '@ccd/failpoints';
import { connectEventLog, eventLogOptions } from '@ccd/eventlog';
import { systemClock } from '@ccd/reconcile';
import { createRandom, eventually, scaled, scratchDir, summarise } from '@ccd/testkit';
import { afterAll, describe, expect, it } from '@jest/globals';
import { checkEntities, removeLeftovers } from './testing/faults/check-control-plane.ts';
import { startChurn } from './testing/faults/churn.ts';
import { faultGroups } from './testing/faults/fault-groups.ts';
import { startFleet } from './testing/faults/fleet.ts';
import type { Fleet } from './testing/faults/fleet.ts';
import { killAtFailpoints, killAtRandom } from './testing/faults/inject-faults.ts';
import { createLedger } from './testing/faults/ledger.ts';
import { openLogFile } from './testing/faults/read-log.ts';
import { checkAgents, checkScene, scene, sceneStreams, setScene, topicsOf } from './testing/faults/scene.ts';
import { startStopwatch } from './testing/faults/stopwatch.ts';
import { sendLoad } from './testing/faults/send-load.ts';

const kills = { eachFailpoint: scaled(5), atRandom: scaled(100) };
const events = scaled(20_000);
const settleMs = 120_000;
const foreignTopic = 'stream-of-somebody-else';

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
  const scratch = scratchDir();

  async function makeForeignTopic(socketPath: string): Promise<void> {
    const log = await connectEventLog(eventLogOptions.parse({ engine: 'embedded', socketPath }), {
      clock: systemClock,
    });
    await log.admin.createTopic({ name: foreignTopic, partitions: 1, config: { cleanup: 'delete' } });
    await log.close();
  }

  function uidsOf(running: Fleet, topics: readonly string[]): readonly string[] {
    const log = openLogFile(running.folders.engine);
    const uids = topics.map((name) => log.topic(name).uid);
    log.close();
    return uids;
  }

  it('loses nothing, doubles nothing, mixes nothing up, and leaves nothing behind', async () => {
    const random = createRandom();
    const clock = startStopwatch();
    const ledger = createLedger();
    const running = await startFleet(scratch);
    fleet = running;
    await makeForeignTopic(running.socket);
    const { ids, sender } = await setScene(running, scratch, ledger);
    clock.lap('setting up');
    const topics = topicsOf(ids);
    const uids = uidsOf(running, [...topics, foreignTopic]);
    const load = sendLoad({ sender, ledger, width: 4 });
    const churn = startChurn(running.strm, scratch);

    const atFailpoints = await killAtFailpoints(running, faultGroups, kills.eachFailpoint, random);
    clock.lap('kills at failpoints');
    await killAtRandom(running, kills.atRandom, random);
    clock.lap('random kills');
    await eventually('enough events', () => ledger.accepted() >= events, settleMs, 100);
    await churn.stop();
    await load.stop();

    const problems = async () => {
      const expected = { topics: [...topics, foreignTopic], workloads: 5, secrets: 1 };
      return [
        ...(await checkScene(running.folders, ids, ledger)),
        ...(await checkAgents(running.folders, expected)),
      ];
    };
    const asked = await eventually('the API', () => checkEntities(running.strm, churn, kept), settleMs, 500);
    await eventually('an end of the churn', async () => {
      await removeLeftovers(running.strm, churn);
      return true;
    });
    // What is still wrong then is reported below.
    await eventually(
      'the end of all work',
      async () => (await problems()).length === 0,
      settleMs,
      1_000,
    ).catch(() => {});
    clock.lap('finishing');
    await running.stop();

    const found = [...asked, ...(await problems())];
    summarise('kill matrix', {
      seed: random.seed,
      killsAtFailpoints: atFailpoints,
      failpoints: failpointNames.length,
      killsAtRandom: kills.atRandom,
      sent: ledger.sent.size,
      accepted: ledger.accepted(),
      problems: found.length,
      seconds: clock.laps(),
    });
    expect({ seed: random.seed, problems: found.slice(0, 10) }).toStrictEqual({
      seed: random.seed,
      problems: [],
    });
    expect(uidsOf(running, [...topics, foreignTopic])).toStrictEqual(uids);
    expect([...running.failpoints.visited()].toSorted()).toStrictEqual([...failpointNames].toSorted());
    expect(Object.values(running.processes).flatMap((each) => each.ownEnds())).toStrictEqual([]);
  }, 3_600_000);
});
