import { setTimeout as sleep } from 'node:timers/promises';
import { createMemoryCluster } from '@ccd/cluster/testing';
import { connectControlPlane, digestAnswer, writeUnchanged } from '@ccd/controlplane';
import {
  derivedStream,
  encodeStreams,
  metadataFor,
  sampleStream,
  startStandInServer,
  toReply,
  uuidOf,
} from '@ccd/controlplane/testing';
import type { StandInServer } from '@ccd/controlplane/testing';
import { createMemoryLog } from '@ccd/eventlog/testing';
import { createMovableClock } from '@ccd/reconcile/testing';
import { createSilentLogger } from '@ccd/service';
import { cpuMicrosOf } from '@ccd/testkit/bench';
import type { Bench, Figure } from '@ccd/testkit/bench';
import { startStreamsAgent } from '../src/index.ts';

const installationId = '11111111-1111-4111-8111-111111111111';
const pollMs = 700;
const revision = { epoch: 'e1', number: 7n };

/** Half of the streams are sources with their keys, and each source has one that is derived from it. */
function encodeAnswer(streams: number) {
  const items = Array.from({ length: streams / 2 }, (_, index) => {
    const [number, derived] = [2 * index, 2 * index + 1];
    return [
      sampleStream(number),
      sampleStream(number, { keyStream: true, topic: `keys-${uuidOf(number)}` }),
      derivedStream(derived, { linkedStream: `stream ${number}`, ref: sampleStream(derived).stream?.ref }),
    ];
  }).flat();
  const bytes = encodeStreams(...items);
  return { bytes, count: items.length, metadata: metadataFor(bytes, items.length) };
}

/** CPU time of a run, the mean over `runs`: from one question for the list to that many later. */
async function cpuMillisPerRun(server: StandInServer, runs: number): Promise<number> {
  const until = async (asked: number): Promise<void> => {
    while (server.asked('streams') < asked) await sleep(2);
  };
  await until(server.asked('streams') + 1);
  const before = server.asked('streams');
  return (await cpuMicrosOf(() => until(before + runs))) / runs / 1_000;
}

async function measure(streams: number, runs: number): Promise<readonly Figure[]> {
  const { bytes, count, metadata } = encodeAnswer(streams);
  const resources = count + streams / 2;
  const unchanged = writeUnchanged({ revision, count, digest: digestAnswer(bytes) });
  const server = await startStandInServer();
  let conditional = true;
  server.answerWith((list) =>
    conditional && server.asked(list) > 1 ? toReply(Buffer.alloc(0), unchanged) : toReply(bytes, metadata),
  );
  const clock = createMovableClock();
  const log = createMemoryLog({ clock });
  const cluster = createMemoryCluster();
  const controlPlane = connectControlPlane({
    host: '127.0.0.1',
    port: server.port,
    tls: 'off',
    authUrl: server.authUrl,
    clientId: 'ins-bench',
    clientSecret: 'secret',
    installationId,
    clock,
  });
  const started = performance.now();
  const service = await startStreamsAgent(
    {
      TOPIC_PARTITIONS: 1,
      TOPIC_GRACE_HOURS: 72,
      INSTANCE_ID: 'pod-1',
      POLL_INTERVAL_MS: pollMs,
      ADMIN_HOST: '127.0.0.1',
      ADMIN_PORT: 0,
      STRM_API_HOST: '127.0.0.1',
      STRM_API_PORT: server.port,
      STRM_API_TLS: false,
      STRM_AUTH_URL: server.authUrl,
      STRM_AUTH_CLIENT_ID: 'ins-bench',
      STRM_AUTH_CLIENT_SECRET: 'secret',
      STRM_INSTALLATION_ID: installationId,
      LOG_LEVEL: 'silent',
      LOG_FORMAT: 'json',
    },
    { clock, logger: createSilentLogger(), controlPlane, cluster, log: log.connect() },
  );
  try {
    while (server.asked('streams') < 2) await sleep(20);
    const created = performance.now() - started;
    const written = await writesOf();
    // The states of what was created are told, and the code is warm.
    await cpuMillisPerRun(server, 5);
    const resync = await cpuMillisPerRun(server, runs);
    conditional = false;
    const inFull = await cpuMillisPerRun(server, runs);
    conditional = true;
    clock.forward(61_000);
    const told = 6 * (await cpuMillisPerRun(server, 6));
    global.gc?.();
    const rss = process.memoryUsage.rss();
    const baseline = { what: 'with the answer in full', value: inFull };
    return [
      {
        what: `an unchanged resync of ${resources.toLocaleString('en')} resources, CPU`,
        value: resync,
        unit: 'ms',
        better: 'less',
        baseline,
        goal: { of: 'value', bound: 'at most', limit: 500 },
      },
      {
        what: 'writes of all unchanged resyncs',
        value: (await writesOf()) - written,
        unit: '',
        better: 'less',
        goal: { of: 'value', bound: 'at most', limit: 0 },
      },
      {
        what: 'six of them, with the states of all told anew, as once a minute, CPU',
        value: told,
        unit: 'ms',
        better: 'less',
        baseline: { what: 'six without', value: 6 * resync },
      },
      {
        what: `all ${resources.toLocaleString('en')} created`,
        value: created / 1_000,
        unit: 's',
        better: 'less',
        goal: { of: 'value', bound: 'at most', limit: 60 },
      },
      {
        what: 'memory, with the event log and the cluster',
        value: rss / 1e6,
        unit: 'MB',
        better: 'less',
        goal: { of: 'value', bound: 'at most', limit: 400 },
      },
    ];
  } finally {
    await service.stop('the benchmark is over');
    controlPlane.close();
    await log.close();
    await server.stop();
  }

  /** To the cluster, the agent's own documents included, and to the topic in which it records its topics. */
  async function writesOf(): Promise<number> {
    const bounds = await log.admin.bounds(`ccd-registry-${installationId}`);
    return cluster.writes() + bounds.reduce((sum, { latest }) => sum + latest, 0);
  }
}

export const bench: Bench = {
  title: 'The streams agent with nothing to do; event log and cluster in memory, in the same process',
  async run({ quick, progress }) {
    const streams = quick ? 2_000 : 10_000;
    progress(`an agent of ${streams} streams`);
    return measure(streams, quick ? 5 : 20);
  },
};
