import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, eventually, scaled, scratchDir, summarise } from '@ccd/testkit';
import { describeWithServers, startKubernetes, useServer } from '@ccd/testkit/servers';
import type { AuditEvent } from '@ccd/testkit/servers';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createExporter, createFolderConnector } from './testing/entities.ts';
import { removeLeftovers } from './testing/faults/check-control-plane.ts';
import { startChurn } from './testing/faults/churn.ts';
import { startApiFaultsRig } from './testing/kubernetes/api-faults-rig.ts';
import type { ApiFaultsRig } from './testing/kubernetes/api-faults-rig.ts';
import { checkWrites, toText, writesOf } from './testing/kubernetes/check-writes.ts';
import { plantForeigners } from './testing/kubernetes/foreigners.ts';
import { isLook } from './testing/kubernetes/is-look.ts';
import { checkFiles } from './testing/kubernetes/made-objects.ts';
import { createRandomFaults } from './testing/kubernetes/random-faults.ts';
import { busiest } from './testing/kubernetes/request-rate.ts';

const settleMs = 120_000;
/**
 * Of the person who makes and deletes things. The control plane names the latest hundred removals; a hang keeps an agent from its
 * next look for a minute, and what is not named any more then waits for a release.
 */
const pauseMs = 800;
/** Requests a second of three agents that poll twice a second, and whose requests fail. */
const mostRequests = 200;
const agents = ['streams-agent', 'data-connectors-agent', 'exporters-agent'];

/** Of the agent that has looked least: one that stands still is not made up for by the others. */
const fewestLooks = (events: readonly AuditEvent[]): number =>
  Math.min(
    ...agents.map(
      (agent) => events.filter((event) => isLook(event) && event.name === `ccd-${agent}-inventory`).length,
    ),
  );

describeWithServers('kubernetes', 'agents whose API server fails them', () => {
  const scratch = scratchDir();
  const server = useServer(() => startKubernetes({ cluster: 'own' }));
  let folder: string;
  let rig: ApiFaultsRig;
  beforeEach(async () => {
    folder = await mkdtemp(join(scratch, 'f-'));
    rig = await startApiFaultsRig(folder, server());
  }, 60_000);
  afterEach(() => rig.stop(), 60_000);

  /** Two sources, each decrypted and exported. */
  async function setScene(): Promise<void> {
    const { strm } = rig.controlPlane;
    await createFolderConnector(strm, folder, 'files');
    for (const source of ['kept-1', 'kept-2']) {
      await strm('create', 'stream', source);
      await strm('create', 'stream', `${source}-1`, '--derived-from', source, '--purposes', '1');
      await createExporter(strm, 'files', source);
    }
  }
  const untilAsExpected = (foreign?: readonly string[]) =>
    eventually(
      'everything is as it should be',
      async () => (await rig.differences(foreign)).length === 0,
      settleMs,
      250,
    );
  const audited = async (mark: number) =>
    (await server().audit(mark)).filter(({ namespace }) => namespace === rig.namespace);

  it('come to what should be once it does not, and have written nothing wrong', async () => {
    const random = createRandom();
    const faults = createRandomFaults(random, 5);
    const foreigners = await plantForeigners(server(), rig.namespace);
    await setScene();
    await untilAsExpected(foreigners.names);
    const mark = await server().auditMark();
    const began = performance.now();
    rig.api.afflict(faults.decide);
    const churn = startChurn(rig.controlPlane.strm, folder, ['heavy'], pauseMs);
    try {
      const enough = () => {
        // Once in four seconds or so, since a watch that is let alone stands for minutes.
        if (random.below(40) === 0) rig.api.cutWatches();
        return faults.total() >= scaled(3_000);
      };
      await eventually('enough faults', enough, 1_800_000, 100);
    } finally {
      await churn.stop();
      rig.api.afflict(() => undefined);
    }
    const faulty = (performance.now() - began) / 1_000;
    await removeLeftovers(rig.controlPlane.strm, churn);
    await untilAsExpected(foreigners.names).catch(() => {});
    const { deployments, secrets } = await rig.expected();
    const events = await audited(mark);
    const rate = busiest(rig.api.arrivals, 5_000);
    const problems = [
      ...(await rig.differences(foreigners.names)),
      ...checkFiles(await rig.objects(), foreigners.names),
      ...checkWrites(events, { kept: [...deployments, ...secrets], foreign: foreigners.names }),
      ...rig.idleWrites.map((write) => `changed nothing: ${write}`),
      ...(await foreigners.changes()),
      ...(rate > mostRequests ? [`${rate} requests a second`] : []),
    ];
    summarise('agents whose API server fails them', {
      seed: random.seed,
      faults: faults.total(),
      kinds: Object.fromEntries([...faults.counts].toSorted()),
      requests: rig.api.arrivals.length,
      busiestSecond: rate,
      writes: writesOf(events).length,
      entities: Object.values(churn.entities).reduce((sum, { size }) => sum + size, 0),
      seconds: Math.round(faulty),
      problems: problems.length,
    });
    const log = join(tmpdir(), `api-faults-${random.seed}.log`);
    if (problems.length > 0) await writeFile(log, rig.agents.logs());
    const { seed } = random;
    expect({ problems: problems.slice(0, 10), seed, log }).toEqual({ problems: [], seed, log });
  }, 2_400_000);

  it('do no harm by lists that lack everything that they have made', async () => {
    await setScene();
    await untilAsExpected();
    const before = await rig.objects();
    const mark = await server().auditMark();
    let lists = 0;
    rig.api.afflict(({ verb }) => {
      if (verb !== 'list') return undefined;
      lists += 1;
      return { kind: 'stale', back: Number.POSITIVE_INFINITY };
    });
    // While they stand and tell of nothing no list is asked for.
    rig.api.cutWatches();
    await eventually('many lists', () => lists > 100, settleMs, 50);
    rig.api.afflict(() => undefined);
    await untilAsExpected();
    const made = (await audited(mark)).filter(({ resource }) => resource !== 'leases.coordination.k8s.io');
    const uids = (objects: typeof before) => objects.map(({ metadata }) => metadata.uid).toSorted();
    expect(uids(await rig.objects())).toEqual(uids(before));
    expect(
      writesOf(made)
        .filter(({ name }) => name?.startsWith('ccd-') !== true)
        .map(toText),
    ).toEqual([]);
  }, 480_000);

  it('write nothing in many looks at what is as it should be, but renewals of their Leases', async () => {
    await setScene();
    await untilAsExpected();
    const looks = async (since: number) => fewestLooks(await audited(since));
    const settled = async () => {
      const mark = await server().auditMark();
      await eventually('looks of each', async () => (await looks(mark)) > 1, settleMs, 100);
      return writesOf(await audited(mark)).length === 0;
    };
    await eventually('an end of all work', settled, settleMs, 100);
    const mark = await server().auditMark();
    const enough = 100;
    await eventually(
      `${enough} looks of each agent`,
      async () => (await looks(mark)) >= enough,
      3 * settleMs,
      3_000,
    );
    expect(writesOf(await audited(mark)).map(toText)).toEqual([]);
    expect(rig.idleWrites).toEqual([]);
  }, 480_000);
});
