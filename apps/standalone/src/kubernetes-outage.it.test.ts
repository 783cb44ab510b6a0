import { uuidOf } from '@ccd/controlplane/testing';
import { eventually, scratchDir } from '@ccd/testkit';
import { describeWithServers, startKubernetes, useServer } from '@ccd/testkit/servers';
import { afterEach, expect, it } from '@jest/globals';
import { toText, writesOf } from './testing/kubernetes/check-writes.ts';
import {
  connectorOf,
  decrypterOf,
  exporterNameOf,
  exporterOf,
  streamsOf,
} from './testing/kubernetes/entities-of.ts';
import { namesOf } from './testing/kubernetes/made-objects.ts';
import type { ClusterObject } from './testing/kubernetes/made-objects.ts';
import { startQuietRig } from './testing/kubernetes/quiet-rig.ts';
import type { QuietRig } from './testing/kubernetes/quiet-rig.ts';

const hourMs = 3_600_000;
/** A term of the lease that ran out when the clock was put forward is renewed within four seconds. */
const backWithinMs = 15_000;

describeWithServers('kubernetes', 'a control plane that is away for a day', () => {
  const folder = scratchDir();
  const server = useServer(() => startKubernetes({ cluster: 'own' }));
  let rig: QuietRig;
  afterEach(() => rig.stop(), 60_000);

  it('leaves all as it runs, repaired and through restarts of agents; what changed meanwhile is followed then', async () => {
    const namespace = await server().namespace();
    rig = await startQuietRig({ folder, server: server(), namespace, pollIntervalMs: 1_000 });
    await rig.untilMade();
    const { controlPlane, clock, log } = rig;
    const kubectl = (...args: readonly string[]) => server().kubectl(['-n', namespace, ...args]);
    const isBack = (what: string, look: () => Promise<boolean>) => eventually(what, look, backWithinMs, 50);
    const uidsOf = (objects: readonly ClusterObject[]) =>
      objects.map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.uid}`).toSorted();
    const topics = async () => (await log.admin.listTopics()).map(({ name }) => name).toSorted();
    const [before, topicsBefore, mark] = [await rig.objects(), await topics(), await server().auditMark()];

    controlPlane.state.failure = new Error('away');
    for (let hour = 1; hour <= 24; hour += 1) {
      clock.forward(hourMs);
      if (hour % 8 === 0) await rig.restart();
      if (hour % 6 !== 0) continue;
      await kubectl('scale', 'deployment', decrypterOf(1), '--replicas=3');
      await kubectl('label', 'deployment', exporterNameOf(1), 'ccd/agent-');
      await isBack(`one replica, at hour ${hour}`, async () => {
        const spec = (await rig.object('Deployment', decrypterOf(1)))?.spec;
        return typeof spec === 'object' && spec !== null && 'replicas' in spec && spec.replicas === 1;
      });
      await isBack(
        `the label, at hour ${hour}`,
        async () =>
          (await rig.object('Deployment', exporterNameOf(1)))?.metadata.labels['ccd/agent'] ===
          'exporters-agent',
      );
    }
    expect(uidsOf(await rig.objects())).toEqual(uidsOf(before));
    expect(await topics()).toEqual(topicsBefore);
    const written = writesOf(await server().audit(mark));
    expect(written.filter(({ verb }) => verb !== 'patch').map(toText)).toEqual([]);
    // What is gone is made again, also without anybody who says what it was.
    await kubectl('delete', 'deployment', exporterNameOf(2));
    await isBack(
      'another one',
      async () => (await rig.object('Deployment', exporterNameOf(2))) !== undefined,
    );

    rig.desire({
      streams: [1, 3].flatMap(streamsOf),
      dataConnectors: [1, 3].map(connectorOf),
      batchExporters: [exporterOf(1, 'elsewhere'), exporterOf(3)],
      removed: [
        ...[2, 200].map((number) => ({ kind: 'stream', id: uuidOf(number) })),
        { kind: 'key-stream', id: uuidOf(2) },
        { kind: 'data-connector', id: uuidOf(2) },
        { kind: 'batch-exporter', id: uuidOf(2) },
      ],
      failure: undefined,
    });
    await eventually(
      'it is followed',
      async () => {
        const all = await rig.objects();
        expect(namesOf(all, 'Deployment')).toEqual(
          [1, 3].flatMap((number) => [decrypterOf(number), exporterNameOf(number)]).toSorted(),
        );
        expect(namesOf(all, 'Secret')).toEqual([1, 3].map((number) => `data-connector-${uuidOf(number)}`));
        return (await kubectl('get', 'configmaps', '-o', 'yaml')).includes('elsewhere');
      },
      60_000,
      250,
    );
  }, 480_000);
});
