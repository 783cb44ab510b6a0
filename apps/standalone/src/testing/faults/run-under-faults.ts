import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { eventually, summarise } from '@ccd/testkit';
import type { Random } from '@ccd/testkit';
import { checkEntities, removeLeftovers } from './check-control-plane.ts';
import type { Problems } from './check-data.ts';
import { startChurn } from './churn.ts';
import type { ChurnRound } from './churn.ts';
import type { Fleet } from './fleet.ts';
import { createLedger } from './ledger.ts';
import type { Ledger } from './ledger.ts';
import { checkAgents, checkScene, checkUsage, scene, sceneStreams, setScene, topicsOf } from './scene.ts';
import type { StreamIds } from './scene.ts';
import { sendLoad } from './send-load.ts';
import type { Pace } from './send-load.ts';
import { startStopwatch } from './stopwatch.ts';

const settleMs = 120_000;
/** What is still missing of the events when nothing is broken any more. */
const enoughWithinMs = 600_000;
const foreignTopic = 'stream-of-somebody-else';
const usageTopic = 'billing';

const kept = {
  streams: sceneStreams,
  'data-connectors': [scene.connector],
  'batch-exporters': [...sceneStreams, scene.keys],
};

export interface FaultRun {
  /** In the summary, and in the name of the log that is kept of a failure. */
  readonly name: string;
  readonly fleet: Fleet;
  readonly folder: string;
  readonly random: Random;
  /** So many have to be accepted before it is over. */
  readonly events: number;
  readonly pace?: Pace;
  readonly churn: readonly ChurnRound[];
  /** Breaks things. Answers with what it did, for the summary. */
  readonly inject: (during: {
    readonly ledger: Ledger;
    readonly ids: StreamIds;
    readonly clock: ReturnType<typeof startStopwatch>;
  }) => Promise<Readonly<Record<string, unknown>>>;
}

/** Has events flow and entities come and go while things are broken; then everything has to be as it should. */
export async function runUnderFaults(run: FaultRun): Promise<{
  readonly seed: string;
  readonly problems: Problems;
  /** File with what all processes logged, where something is wrong. */
  readonly log: string;
  /** The last warnings and errors in it, since the file may be out of reach. */
  readonly lastWarnings?: readonly string[];
}> {
  const { name, fleet, random } = run;
  const problems = await problemsOf(run).catch((error: unknown) => [inspect(error)]);
  const file = join(tmpdir(), `${name.replaceAll(' ', '-')}-${random.seed}.log`);
  if (problems.length > 0) writeFileSync(file, fleet.log.join('\n'));
  if (problems.length === 0) return { seed: random.seed, problems, log: 'not kept' };
  const warnings = fleet.log.filter((line) => /"level":"(?:warn|error|fatal)"/.test(line));
  return {
    seed: random.seed,
    problems: problems.slice(0, 10),
    log: file,
    lastWarnings: warnings.slice(-30).map((line) => line.slice(0, 500)),
  };
}

async function problemsOf({
  name,
  fleet,
  folder,
  random,
  events,
  pace = { width: 4 },
  churn: rounds,
  inject,
}: FaultRun): Promise<Problems> {
  const { engines, strm } = fleet;
  const { outside } = engines;
  const clock = startStopwatch();
  const ledger = createLedger();
  await engines.makeForeignTopic(foreignTopic);
  const { ids, sender } = await setScene(fleet, folder, engines.bucket, ledger);
  const topics = [...topicsOf(ids), foreignTopic];
  const identities = async (): Promise<string> =>
    (await Promise.all(topics.map((each) => outside.topicId(each)))).join();
  // The source takes events before its derived streams have their topics.
  const before = await eventually('all topics', identities, settleMs, 100);
  const load = sendLoad({ sender, ledger, ...pace });
  const churn = startChurn(strm, folder, rounds);
  let done: Readonly<Record<string, unknown>>;
  try {
    clock.lap('setting up');
    done = await inject({ ledger, ids, clock });
    await eventually('enough events', () => ledger.accepted() >= events, enoughWithinMs, 100);
  } finally {
    await Promise.all([churn.stop(), load.stop()]);
  }

  const look = async (): Promise<Problems> => [
    ...(await checkScene(outside, ids, ledger)),
    ...(await checkAgents(outside, fleet.cluster, {
      topics: [...topics, usageTopic],
      workloads: 5,
      secrets: 1,
    })),
    ...((await identities()) === before ? [] : ['a topic was made again']),
  ];
  const asked = await eventually('the API', () => checkEntities(strm, churn, kept), settleMs, 500);
  const removed = async () => {
    await removeLeftovers(strm, churn);
    return true;
  };
  await eventually('an end of the churn', removed, settleMs, 500);
  // What is still wrong then is reported below.
  const isDone = async () => (await look()).length === 0;
  await eventually('the end of all work', isDone, settleMs, 1_000).catch(() => {});
  let counting: Problems = [];
  const isCounted = async () => {
    counting = await checkUsage(strm, outside, ids);
    return counting.length === 0;
  };
  await eventually('the last count', isCounted, settleMs, 500).catch(() => {});
  clock.lap('finishing');
  await fleet.stop();
  const found = [...asked, ...counting, ...(await look())];
  summarise(name, {
    seed: random.seed,
    ...done,
    sent: ledger.sent.size,
    accepted: ledger.accepted(),
    problems: found.length,
    seconds: clock.laps(),
  });
  const processes = [...Object.values(engines.processes), ...Object.values(fleet.processes)];
  return [...found, ...processes.flatMap((each) => each.ownEnds())];
}
