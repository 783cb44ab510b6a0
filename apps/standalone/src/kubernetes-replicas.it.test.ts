import { join } from 'node:path';
import { startStandInServer } from '@ccd/controlplane/testing';
import type { StandInServer } from '@ccd/controlplane/testing';
import { startEmbeddedEngine } from '@ccd/eventlog';
import { systemClock } from '@ccd/reconcile';
import { eventually, scratchDir } from '@ccd/testkit';
import { describeWithServers, isWrite, startKubernetes, useServer } from '@ccd/testkit/servers';
import type { AuditEvent } from '@ccd/testkit/servers';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { firstEntities, toItems } from './testing/hostile/honest.ts';
import { consistent } from './testing/hostile/lies.ts';
import { installBoundedAgents } from './testing/kubernetes/bounded-agents.ts';
import type { BoundedAgents, WorkloadAgent } from './testing/kubernetes/bounded-agents.ts';
import { checkWrites } from './testing/kubernetes/check-writes.ts';
import { namesOf, readObjects } from './testing/kubernetes/made-objects.ts';
import { startReplica } from './testing/kubernetes/replica.ts';
import type { Replica } from './testing/kubernetes/replica.ts';

const leaseResource = 'leases.coordination.k8s.io';
/** Of `electionTimes` in libs/cluster: how long the holder writes after it sent a renewal. */
const termMs = 12_000;
/** A request that was begun in time may come in late on a busy machine; others take the lease eight seconds later. */
const onItsWayMs = 2_000;
const takeOverMs = 60_000;
/** So many workers are asked for before they are made. One of the streams agent has three topics as well. */
const mostAhead: Readonly<Record<WorkloadAgent, number>> = { 'streams-agent': 3, 'exporters-agent': 10 };

/** Several times as many as an agent makes side by side. */
const atOnce = 30;

const workers: Readonly<Record<WorkloadAgent, string>> = {
  'streams-agent': 'decrypter-',
  'exporters-agent': 'batch-exporter-',
};

const isOurs = ({ resource }: AuditEvent): boolean => resource !== leaseResource;

/** So many of each; with every one that comes, the one before it changes. */
const entitiesOf = (wanted: number) => ({
  ...firstEntities,
  sources: Array.from({ length: wanted }, (_, index) => 1_000 + index),
  derived: Array.from({ length: wanted }, (_, index) => ({
    ...{ number: 5_000 + index, source: 1_000 + index },
    levels: index < wanted - 2 ? [1] : [1, 2 + (wanted % 5)],
  })),
  exporters: Array.from({ length: wanted }, (_, index) => ({
    ...{ number: 1_000 + index, source: 1, connector: 301 },
    prefix: index < wanted - 2 ? 'settled' : `of ${wanted}`,
  })),
});

describeWithServers(['helm', 'kubernetes'], 'replicas of an agent', () => {
  const folder = scratchDir();
  const server = useServer(() => startKubernetes({ cluster: 'own' }));
  const replicas: Replica[] = [];
  /** Tokens, by the name of the replica that has it. */
  const credentials = new Map<string, string>();
  const stops: (() => unknown)[] = [];
  let namespace: string;
  let controlPlane: StandInServer;
  let agents: BoundedAgents;
  /** How many workers of each agent there should be. */
  const wanted: Record<WorkloadAgent, number> = { 'streams-agent': 1, 'exporters-agent': 1 };

  beforeEach(async () => {
    namespace = await server().namespace({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    controlPlane = await startStandInServer();
    controlPlane.answerWith((list) => {
      const count = wanted[list === 'streams' ? 'streams-agent' : 'exporters-agent'];
      return consistent(toItems(entitiesOf(count)), list, { number: BigInt(count) });
    });
    const socketPath = join(folder, 's');
    const dataDir = join(folder, 'log');
    const engine = await startEmbeddedEngine({ dataDir, socketPath, clock: systemClock });
    stops.push(
      () => engine.close(),
      () => controlPlane.stop(),
    );
    agents = await installBoundedAgents({ folder, server: server(), namespace, controlPlane, socketPath });
  }, 120_000);
  afterEach(async () => {
    await Promise.all(replicas.splice(0).map((replica) => replica.end('SIGKILL')));
    for (const stop of stops.splice(0)) await stop();
  }, 60_000);

  async function start(agent: WorkloadAgent, name: string): Promise<Replica> {
    const { environment, credential } = await agents.replica(agent, name);
    credentials.set(name, credential);
    const replica = startReplica({ app: agent, environment });
    replicas.push(replica);
    return replica;
  }
  const isOf =
    (name: string) =>
    ({ credential }: AuditEvent): boolean =>
      credential !== undefined && credential === credentials.get(name);
  const eventsOf = async (name: string): Promise<readonly AuditEvent[]> =>
    (await server().audit()).filter(isOf(name));
  const creationsOf = (agent: WorkloadAgent, events: readonly AuditEvent[]): readonly AuditEvent[] =>
    events.filter(
      ({ verb, resource, code, user }) =>
        verb === 'create' && resource === 'deployments.apps' && code === 201 && user.endsWith(`:${agent}`),
    );
  /** Has one worker after the other come until the replica has made so many more. */
  async function untilMakes(agent: WorkloadAgent, name: string, count: number): Promise<void> {
    let before: number | undefined;
    await eventually(
      `${name} works`,
      async () => {
        const created = creationsOf(agent, await server().audit());
        const own = created.filter(isOf(name)).length;
        before ??= own;
        // No more than it keeps up with.
        if (wanted[agent] < created.length + mostAhead[agent]) wanted[agent] += 1;
        return own >= before + count;
      },
      takeOverMs,
      500,
    );
  }
  const looksOn = (name: string) =>
    eventually(
      `${name} waits`,
      async () => (await eventsOf(name)).some(({ resource }) => resource === leaseResource),
      takeOverMs,
      500,
    );

  /** Pauses it in the midst of its work: some of what it was given is made, some is not. */
  async function pauseAtWork(agent: WorkloadAgent, still: Replica): Promise<void> {
    for (;;) {
      const mark = await server().auditMark();
      const countMade = async (): Promise<number> => creationsOf(agent, await server().audit(mark)).length;
      wanted[agent] += atOnce;
      await eventually('it works', async () => (await countMade()) > 0, takeOverMs, 100);
      still.pause();
      if ((await countMade()) < atOnce) return;
      // It was faster than we are.
      still.resume();
    }
  }

  /** The one that works stands still beyond its lease while the other one takes over and makes so many workers. */
  async function standStill(
    agent: WorkloadAgent,
    still: Replica,
    other: string,
    count: number,
  ): Promise<void> {
    await pauseAtWork(agent, still);
    await untilMakes(agent, other, 1);
    still.resume();
    await untilMakes(agent, other, count);
    await eventually(
      'everything is made',
      async () => {
        const made = namesOf(await readObjects(server(), namespace), 'Deployment');
        return made.filter((name) => name.startsWith(workers[agent])).length === wanted[agent];
      },
      takeOverMs,
      250,
    );
  }

  it('make everything once, one after the other, where one is killed and one stands still beyond its lease, within the Role and the policy of their chart', async () => {
    // At the same time, since most of it is waiting for leases to end.
    async function changeExporters(): Promise<readonly string[]> {
      const one = await start('exporters-agent', 'one');
      await untilMakes('exporters-agent', 'one', 5);
      const two = await start('exporters-agent', 'two');
      await looksOn('two');
      await one.end('SIGKILL');
      await untilMakes('exporters-agent', 'two', 5);
      await start('exporters-agent', 'three');
      await looksOn('three');
      await standStill('exporters-agent', two, 'three', 15);
      return ['one', 'two', 'three'];
    }
    async function changeStreams(): Promise<readonly string[]> {
      const four = await start('streams-agent', 'four');
      await untilMakes('streams-agent', 'four', 2);
      await start('streams-agent', 'five');
      await looksOn('five');
      await standStill('streams-agent', four, 'five', 5);
      return ['four', 'five'];
    }
    const changed = await Promise.all([changeExporters(), changeStreams()]);
    const all = (await server().audit()).filter((event) => event.namespace === namespace);
    expect(checkWrites(all, { kept: [], foreign: [] })).toEqual([]);

    for (const names of changed) {
      for (const name of names) {
        const events = all.filter(isOf(name));
        expect(events.filter(({ code = 0 }) => code === 401 || code === 403 || code === 422)).toEqual([]);
        const renewals = events.filter(
          (event) => event.resource === leaseResource && isWrite(event) && (event.code ?? 500) < 300,
        );
        const late = events
          .filter((event) => isWrite(event) && isOurs(event))
          .filter(
            ({ at }) =>
              !renewals.some((renewal) => renewal.at <= at && at <= renewal.at + termMs + onItsWayMs),
          );
        expect([name, late]).toEqual([name, []]);
      }
      const [last, before] = names.toReversed();
      const taken = all.find(
        (event) => isOf(last ?? '')(event) && event.resource === leaseResource && event.verb === 'update',
      );
      const after = all.filter(
        (event) =>
          isOf(before ?? '')(event) && isWrite(event) && isOurs(event) && event.at >= (taken?.at ?? 0),
      );
      expect(after).toEqual([]);
    }
  }, 480_000);
});
