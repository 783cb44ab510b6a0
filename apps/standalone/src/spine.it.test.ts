import { join } from 'node:path';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import { eventually, scratchDir } from '@ccd/testkit';
import { describeWithServers } from '@ccd/testkit/servers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBystander } from './testing/bystander.ts';
import { startEmbeddedSet } from './testing/engines/embedded-set.ts';
import type { EngineSet, EngineSetOptions } from './testing/engines/engine-set.ts';
import { startServerSet } from './testing/engines/server-set.ts';
import { createConnector, createContract, topicOf } from './testing/entities.ts';
import { readStoredEvent } from './testing/faults/avro-example.ts';
import { checkDerivedSince, eventsIn } from './testing/faults/check-data.ts';
import type { Problems } from './testing/faults/check-data.ts';
import { createLedger } from './testing/faults/ledger.ts';
import {
  checkAgents,
  checkScene,
  checkUsage,
  scene,
  sceneStreams,
  setScene,
  topicsOf,
} from './testing/faults/scene.ts';
import type { StreamIds } from './testing/faults/scene.ts';
import { sendLoad } from './testing/faults/send-load.ts';
import { buildApps } from './testing/processes/build-apps.ts';
import type { BuiltApps } from './testing/processes/build-apps.ts';
import { launchApps } from './testing/processes/launch-apps.ts';
import type { LaunchedApps } from './testing/processes/launch-apps.ts';
import { createLauncher } from './testing/processes/launcher.ts';
import { signal } from './testing/processes/signal.ts';
import type { ExampleEvent, Sender } from './testing/send-events.ts';

const contract = 'my-organisation/visit/1.0.0';
/** In each part of the run. */
const events = 1_000;
const settleMs = 120_000;
/** A derived stream whose definition changes in mid-flow. */
const changing = 'changing';
const usageTopic = 'billing';
const foreignTopic = 'stream-of-somebody-else';

const built = scratchDir();
let programs: BuiltApps;
beforeAll(async () => {
  programs = await buildApps(join(built, 'dist'), [
    ...[
      'control-plane',
      'event-gateway',
      'decrypter',
      'batch-exporter',
      'schema-registry',
      'usage-forwarder',
      'standalone',
    ],
  ]);
}, 120_000);

type StartSet = (options: EngineSetOptions) => Promise<EngineSet>;

describe('on the embedded engines', () => {
  theSpine(startEmbeddedSet);
});
describeWithServers(['kafka', 'redis', 'postgres', 's3'], 'on Kafka, Redis, PostgreSQL and S3', () => {
  theSpine(() => startServerSet());
});

/** The way of events through the apps as they ship, each a process of its own, from HTTP to objects. */
function theSpine(startSet: StartSet): void {
  const launcher = createLauncher();
  const ledger = createLedger(contract);
  let engines: EngineSet;
  let apps: LaunchedApps;
  let registryUrl: string;
  let bystander: readonly string[];
  let ids: StreamIds;
  let sender: Sender;
  const stops = [() => launcher.stop()];
  // Before the scratch folder goes.
  afterAll(async () => {
    for (const stop of stops) await stop();
  });
  const scratch = scratchDir();

  beforeAll(async () => {
    engines = await startSet({ folder: scratch, apps: programs, launcher });
    stops.push(() => engines.stop());
    apps = await launchApps({ folder: scratch, apps: programs, launcher, engines });
    const port = 8_083;
    registryUrl = `http://${apps.host}:${port}/confluent`;
    await launcher.launch('schema-registry', programs.schemaRegistry, {
      ...apps.settings,
      STRM_REGISTRY_HOST: apps.host,
      STRM_REGISTRY_PORT: `${port}`,
      CACHE_DIR: join(scratch, 'cache', 'schema-registry'),
    });
    await engines.makeForeignTopic(foreignTopic);
    await createContract(apps.strm, scratch, contract);
    bystander = await createBystander(apps.strm);
    await createConnector(apps.strm, scratch, 'kept', engines.bucket);
    ({ ids, sender } = await setScene(apps, scratch, engines.bucket, ledger));
    await apps.strm(...derivedFromSource(changing), '--purposes', '1');
  }, 180_000);

  const derivedFromSource = (name: string) => ['create', 'stream', name, '--derived-from', scene.source];
  const streamTopic = async (name: string) => engines.outside.topic(await topicOf(apps.strm, name));

  /** What is still wrong when the agents and workers have had their time. */
  async function problemsOf(look: () => Promise<Problems>): Promise<Problems> {
    const isRight = async () => (await look()).length === 0;
    await eventually('an end of all work', isRight, settleMs, 500).catch(() => {});
    return (await look()).slice(0, 10);
  }

  async function killEverything(): Promise<void> {
    const processes = Object.values(apps.processes);
    const workers = [...(await apps.workers('decrypter')), ...(await apps.workers('batch-exporter'))];
    const died = engines.kill();
    for (const each of processes) each.kill();
    for (const pid of workers) signal(pid, 'SIGKILL');
    await died;
    await engines.revive();
    await eventually('all processes are back', () => processes.every((each) => each.isReady()), 60_000);
  }

  /** Gives a derived stream another definition; answers with how many events had been sent when that was followed. */
  async function changeDefinition(): Promise<number> {
    await apps.strm('delete', 'stream', changing);
    await apps.strm(...derivedFromSource(changing), '--purposes', '1,2');
    await eventually(
      'events of the new definition',
      async () => (await streamTopic(changing)).partitions.flat().length > 0,
      60_000,
      200,
    );
    return ledger.sent.size;
  }

  it('stores, derives and exports each event once and in order, whatever is killed in mid-flow', async () => {
    const load = sendLoad({ sender, ledger, width: 8 });
    let changedAt: number;
    try {
      await eventually('the first events', () => ledger.accepted() >= events, settleMs);
      await killEverything();
      await eventually('the next events', () => ledger.accepted() >= 2 * events, settleMs);
      changedAt = await changeDefinition();
      await eventually('the last events', () => ledger.accepted() >= 3 * events, settleMs);
    } finally {
      await load.stop();
    }
    const look = async () => [
      ...(await checkScene(engines.outside, ids, ledger)),
      ...checkDerivedSince(
        changedAt,
        eventsIn(await streamTopic(scene.source)),
        eventsIn(await streamTopic(changing)),
        { purposes: [1, 2] },
        ledger.sent,
      ),
    ];
    expect(await problemsOf(look)).toStrictEqual([]);
  }, 300_000);

  it('counts every event once', async () => {
    expect(await problemsOf(() => checkUsage(apps.strm, engines.outside, ids))).toStrictEqual([]);
  });

  it('explains what stands on the log to a Confluent client', async () => {
    const records = (await streamTopic('masked')).partitions.flat();
    const client = new SchemaRegistry({ host: registryUrl });
    const decoded = await Promise.all(
      records.map(({ value }) => client.decode(Buffer.from(value)) as Promise<ExampleEvent>),
    );
    expect(decoded.length).toBeGreaterThan(0);
    expect(decoded.map(({ notSensitiveValue }) => notSensitiveValue)).toStrictEqual(
      records.map(({ value }) => readStoredEvent(value).notSensitiveValue),
    );
  });

  it('removes exactly what was made for it once it is deleted', async () => {
    const { strm, cluster } = apps;
    const others = [...bystander, foreignTopic, usageTopic];
    const before = {
      topics: [...others, ...topicsOf(ids), await topicOf(strm, changing)],
      workloads: 6,
      secrets: 2,
    };
    expect(await checkAgents(engines.outside, cluster, before)).toStrictEqual([]);
    for (const name of [...sceneStreams, scene.keys]) await strm('delete', 'batch-exporter', name);
    await strm('delete', 'data-connector', scene.connector);
    await strm('delete', 'stream', scene.source, '--recursive');
    const left = { topics: others, workloads: 1, secrets: 1 };
    expect(await problemsOf(() => checkAgents(engines.outside, cluster, left))).toStrictEqual([]);
    expect(Object.values(apps.processes).flatMap((each) => each.ownEnds())).toStrictEqual([]);
  }, 120_000);
}
