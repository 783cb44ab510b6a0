import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { uuidOf } from '@ccd/controlplane/testing';
import { eventually, scratchDir } from '@ccd/testkit';
import { describeWithServers, startKubernetes, useServer } from '@ccd/testkit/servers';
import type { AuditEvent } from '@ccd/testkit/servers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  connectorOf,
  decrypterOf,
  exporterNameOf,
  exporterOf,
  streamsOf,
} from './testing/kubernetes/entities-of.ts';
import { isLook } from './testing/kubernetes/is-look.ts';
import { startQuietRig } from './testing/kubernetes/quiet-rig.ts';
import type { QuietRig } from './testing/kubernetes/quiet-rig.ts';

const backWithinMs = 5_000;
const isOfLease = ({ verb, resource }: AuditEvent): boolean =>
  verb === 'get' && resource === 'leases.coordination.k8s.io';

describeWithServers('kubernetes', 'what does not come to its end', () => {
  const scratch = scratchDir();
  const server = useServer(() => startKubernetes({ cluster: 'own' }));
  let rig: QuietRig;
  beforeEach(async () => {
    const folder = await mkdtemp(join(scratch, 'e-'));
    const namespace = await server().namespace();
    rig = await startQuietRig({ folder, server: server(), namespace, pollIntervalMs: 1_000 });
    await rig.untilMade();
  }, 120_000);
  afterEach(() => rig.stop(), 60_000);

  const kubectl = (...args: readonly string[]) => server().kubectl(['-n', rig.namespace, ...args]);
  const holdUp = (kind: string, name: string, by: readonly string[]) =>
    kubectl('patch', kind, name, '--type=merge', '-p', JSON.stringify({ metadata: { finalizers: by } }));
  const untilReported = (entity: string, message: string) =>
    eventually(
      `${entity} is terminating`,
      () =>
        rig.controlPlane.entityStates.findLast(
          (each) => each.name === entity && each.status === 'TERMINATING' && each.message.startsWith(message),
        ),
      20_000,
    );
  /** Requests of agents until so many of them are of a kind. */
  const requestsDuring = async (
    what: string,
    isOne: (event: AuditEvent) => boolean,
    times: number,
  ): Promise<number> => {
    const mark = await server().auditMark();
    const asked = async () =>
      (await server().audit(mark)).filter(
        ({ userAgent, namespace }) => userAgent === 'ccd-agent' && namespace === rig.namespace,
      );
    await eventually(
      `${times} ${what}`,
      async () => (await asked()).filter(isOne).length >= times,
      60_000,
      250,
    );
    return (await asked()).length;
  };
  const untilScaledBack = async (name: string): Promise<void> => {
    await kubectl('scale', 'deployment', name, '--replicas=3');
    await eventually(
      'one replica',
      async () => (await kubectl('get', 'deployment', name, '-o', 'jsonpath={.spec.replicas}')) === '1',
      backWithinMs,
      50,
    );
  };

  it('is reported as terminating where a finalizer keeps what somebody deletes, and made anew after it', async () => {
    const before = await rig.object('Deployment', decrypterOf(1));
    await holdUp('deployment', decrypterOf(1), ['test/stuck']);
    await kubectl('delete', 'deployment', decrypterOf(1), '--wait=false');
    await untilReported('source 1', '');
    await untilScaledBack(exporterNameOf(1));
    // A run may list Deployments, ConfigMaps and pods, and reads documents beside them.
    expect(await requestsDuring('looks', isLook, 20)).toBeLessThan(200);
    await holdUp('deployment', decrypterOf(1), []);
    await eventually('another one', async () => {
      const now = await rig.object('Deployment', decrypterOf(1));
      return now !== undefined && now.metadata.uid !== before?.metadata.uid;
    });
  });

  it('holds nothing else up for long where a finalizer keeps what agents remove, and is told once to go', async () => {
    await holdUp('deployment', decrypterOf(2), ['test/stuck']);
    const mark = await server().auditMark();
    rig.desire({
      streams: [...streamsOf(1), ...streamsOf(2).slice(0, 2)],
      dataConnectors: [1, 2].map(connectorOf),
      batchExporters: [1, 2].map((number) => exporterOf(number)),
      removed: [{ kind: 'stream', id: uuidOf(200) }],
    });
    // As StillEnding, or as BackingOff until it is asked for again.
    await untilReported('source 2', '');
    await untilScaledBack(decrypterOf(1));
    await requestsDuring('looks', isLook, 30);
    const deletions = (await server().audit(mark)).filter(
      ({ verb, userAgent }) => verb === 'delete' && userAgent === 'ccd-agent',
    );
    expect(deletions.map(({ name }) => name)).toEqual([decrypterOf(2)]);
    await holdUp('deployment', decrypterOf(2), []);
    await eventually(
      'the end is reported',
      () =>
        rig.controlPlane.entityStates.findLast(
          ({ name, resourceType }) => name === 'source 2' && resourceType === 'STREAM_DECRYPTER_DEPLOYMENT',
        )?.status === 'REMOVED',
      30_000,
    );
  });

  describe('a namespace', () => {
    it('is reported as terminating without a hot loop; all is made anew when it is back, and topics have outlived it', async () => {
      const topics = async () => JSON.stringify(await rig.log.admin.listTopics());
      const before = await topics();
      await kubectl('create', 'configmap', 'theirs');
      await holdUp('configmap', 'theirs', ['test/stuck']);
      await server().kubectl(['delete', 'namespace', rig.namespace, '--wait=false']);
      await untilReported('source 1', 'NamespaceTerminating');
      await untilReported('exporter 1', 'NamespaceTerminating');

      // Each agent asks for its Lease every two seconds, and looks every second.
      expect(await requestsDuring('looks at a Lease', isOfLease, 20)).toBeLessThan(400);
      await holdUp('configmap', 'theirs', []);
      await eventually(
        'the namespace is gone',
        async () =>
          (await server().kubectl(['get', 'namespace', rig.namespace, '--ignore-not-found'])) === '',
        60_000,
        250,
      );
      expect(await requestsDuring('looks at a Lease', isOfLease, 20)).toBeLessThan(400);
      await server().kubectl(['create', 'namespace', rig.namespace]);
      await rig.untilMade(30_000);
      expect(await topics()).toBe(before);
    });
  });
});
