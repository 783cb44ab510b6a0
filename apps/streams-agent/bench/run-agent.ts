/**
 * The agent, with nothing else in its process, and what it took. usage: node run-agent.js <order as JSON> <program of the
 * stand-ins>, with a channel to the process that asks.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectCluster } from '@ccd/cluster';
import { connectControlPlane } from '@ccd/controlplane';
import { connectEmbeddedLog } from '@ccd/eventlog';
import { systemClock } from '@ccd/reconcile';
import { createMovableClock } from '@ccd/reconcile/testing';
import { createSilentLogger } from '@ccd/service';
import { eventually } from '@ccd/testkit';
import { cpuMicrosOf } from '@ccd/testkit/bench';
import { startStreamsAgent } from '../src/index.ts';
import type { Measured, Order } from './measured.ts';
import { startStandIns } from './stand-ins/start.ts';
import type { StandIns } from './stand-ins/start.ts';

const installationId = '11111111-1111-4111-8111-111111111111';

const createdWithinMs = 600_000;

/** CPU time of a run, the mean over `runs`: from one question for the list to that many later. */
async function cpuMillisPerRun(standIns: StandIns, runs: number): Promise<number> {
  await standIns.asked(1);
  return (await cpuMicrosOf(() => standIns.asked(runs))) / runs / 1_000;
}

async function measure(
  { sources, runs, allKinds, pollMs, kubernetes }: Order,
  program: string,
): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'ccd-bench-'));
  const socketPath = join(folder, 'log.sock');
  const standIns = await startStandIns(program, sources, socketPath);
  const log = await connectEmbeddedLog({ socketPath, clock: systemClock });
  const { port, authUrl } = standIns;
  const clock = createMovableClock();
  const cluster =
    kubernetes === undefined
      ? standIns.cluster
      : await connectCluster({ engine: 'kubernetes', ...kubernetes }, { clock });
  const controlPlane = connectControlPlane({
    host: '127.0.0.1',
    port,
    tls: 'off',
    authUrl,
    clientId: 'ins-bench',
    clientSecret: 'secret',
    installationId,
    clock,
  });
  const residentBefore = process.memoryUsage.rss();
  const started = performance.now();
  const service = await startStreamsAgent(
    {
      STRM_KAFKA_TOPIC_NUM_PARTITIONS: 1,
      TOPIC_GRACE_HOURS: 72,
      INSTANCE_ID: 'pod-1',
      POLL_INTERVAL_MS: pollMs,
      ADMIN_HOST: '127.0.0.1',
      ADMIN_PORT: 0,
      STRM_API_HOST: '127.0.0.1',
      STRM_API_PORT: port,
      STRM_API_TLS: false,
      STRM_AUTH_URL: authUrl,
      STRM_AUTH_CLIENT_ID: 'ins-bench',
      STRM_AUTH_CLIENT_SECRET: 'secret',
      STRM_INSTALLATION_ID: installationId,
      REPORT_WORKER_LOGS: false,
      LOG_LEVEL: 'silent',
      LOG_FORMAT: 'json',
    },
    { clock, logger: createSilentLogger(), controlPlane, cluster, log },
  );
  try {
    // Looked at between two runs: a list in the process that is measured costs as much as a run does.
    const areThere = async () => {
      await standIns.asked(1);
      return (await cluster.listWorkloads({})).length === sources;
    };
    await eventually('all decrypters', areThere, createdWithinMs);
    const created = performance.now() - started;
    const written = await writesOf();
    // The states of what was created are told, and the code is warm.
    await cpuMillisPerRun(standIns, 5);
    const resync = await cpuMillisPerRun(standIns, runs);
    const others = allKinds ? await otherKinds() : undefined;
    const residentAtMost = process.resourceUsage().maxRSS * 1_024;
    global.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    return {
      created,
      resync,
      ...(others && { others }),
      writes: (await writesOf()) - written,
      residentBefore,
      residentAtMost,
      inUse: heapUsed + external,
    };
  } finally {
    await service.stop('the benchmark is over');
    controlPlane.close();
    await log.close();
    await cluster.close();
    standIns.close();
    rmSync(folder, { recursive: true, force: true });
  }

  /** With the answer in full, and six with all states told anew. */
  async function otherKinds(): Promise<NonNullable<Measured['others']>> {
    await standIns.answerUnchanged(false);
    const inFull = await cpuMillisPerRun(standIns, runs);
    await standIns.answerUnchanged(true);
    clock.forward(61_000);
    return { inFull, told: 6 * (await cpuMillisPerRun(standIns, 6)) };
  }
  /** To the cluster in memory, the agent's own documents included, and to the topic in which it records its topics. */
  async function writesOf(): Promise<number> {
    const bounds = await log.admin.bounds(`ccd-registry-${installationId}`);
    return (await standIns.writes()) + bounds.reduce((sum, { latest }) => sum + latest, 0);
  }
}

// Ends with whoever asks, and when it has answered.
process.on('disconnect', () => {
  process.exit(0);
});

const [, , order, program] = process.argv;
if (order === undefined || program === undefined) throw new Error('started by a benchmark alone');
process.send?.(await measure(JSON.parse(order) as Order, program), () => {
  process.disconnect?.();
});
