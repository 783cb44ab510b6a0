import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { describeWithServers, startKubernetes, useServer } from '@ccd/testkit/servers';
import { z } from 'zod';
import type { Cluster } from '../../port.ts';
import { workloadSpec } from '../../testing/index.ts';
import { openRig } from '../../testing/kubernetes/kubernetes-rig.ts';
import type { KubernetesRig } from '../../testing/kubernetes/kubernetes-rig.ts';
import { deployments } from '../client/resources.ts';

jest.setTimeout(60_000);

const pod = '/spec/template/spec';
const container = `${pod}/containers/0`;
const add = (path: string, value: unknown) => ({ op: 'add', path, value });
const other = { name: 'x', image: 'evil:1' };

describeWithServers('kubernetes', 'what somebody adds to the pods of a workload', () => {
  const server = useServer(() => startKubernetes({ cluster: 'own' }));
  const spec = workloadSpec('a', { secrets: ['s'] });
  let rig: KubernetesRig;
  let uid: string;
  beforeEach(async () => {
    rig = await openRig(server());
    ({ uid } = await rig.connect().createWorkload(spec));
  });
  afterEach(() => rig.close());

  const specOf = async () =>
    z.object({ spec: z.unknown() }).parse(await rig.objects.get(deployments, 'a')).spec;
  const drifted = async (cluster: Cluster): Promise<boolean> => {
    const [live] = await cluster.listWorkloads({});
    return live?.liveHash !== live?.appliedHash;
  };
  const expectRemoved = async (operations: readonly object[]): Promise<void> => {
    const before = await specOf();
    await rig.patch(deployments, 'a', operations);
    // As after a restart: nothing is known of our own writes.
    const cluster = rig.connect();
    expect(await drifted(cluster)).toBe(true);
    await cluster.updateWorkload(spec, uid);
    expect(await specOf()).toEqual(before);
    expect(await drifted(rig.connect())).toBe(false);
  };

  it.each<[string, ...object[]]>([
    ['a container', add(`${pod}/containers/-`, other)],
    ['an init container', add(`${pod}/initContainers`, [other])],
    [
      'a volume and its mount',
      add(`${pod}/volumes/-`, { name: 'x', secret: { secretName: 'x' } }),
      add(`${container}/volumeMounts/-`, { name: 'x', mountPath: '/x' }),
    ],
    ['a command', add(`${container}/command`, ['sh']), add(`${container}/args`, ['-c', 'x'])],
    ['a variable', add(`${container}/env/-`, { name: 'NODE_OPTIONS', value: '--import=x' })],
    ['a second value of a variable', add(`${container}/env/-`, { name: 'STRM_STREAM', value: 'x' })],
    ['variables of a Secret', add(`${container}/envFrom`, [{ secretRef: { name: 's' } }])],
    ['the network of the node', add(`${pod}/hostNetwork`, true), add(`${pod}/hostPID`, true)],
    ['the processes of its neighbours', add(`${pod}/shareProcessNamespace`, true)],
    ['a service account', add(`${pod}/serviceAccountName`, 'x')],
    [
      'root',
      add(`${container}/securityContext/runAsUser`, 0),
      add(`${container}/securityContext/runAsGroup`, 0),
    ],
    ['a capability', add(`${container}/securityContext/capabilities/add`, ['NET_ADMIN'])],
    ['a pull secret', add(`${pod}/imagePullSecrets/-`, { name: 'x' })],
    [
      'the label by which others let the gateway in',
      add('/spec/template/metadata/labels/strmprivacy.io~1app', 'event-gateway'),
    ],
    ['a pause', add('/spec/paused', true)],
    [
      'a program, together with another image and number',
      add(`${container}/command`, ['sh']),
      add(`${container}/image`, 'evil:1'),
      add('/spec/replicas', 3),
    ],
    [
      'a container that is said to be managed by nobody',
      add(`${pod}/containers/-`, other),
      { op: 'replace', path: '/metadata/managedFields', value: [{}] },
    ],
  ])('is removed: %s', async (_title, ...operations) => {
    await expectRemoved(operations);
  });

  it('is removed by an update to another spec as well', async () => {
    await rig.patch(deployments, 'a', [add(`${pod}/initContainers`, [other])]);
    await rig.connect().updateWorkload({ ...spec, hash: 'hash-2', env: {} }, uid);
    expect(JSON.stringify(await specOf())).not.toContain('evil');
  });

  it('is removed again where it comes again', async () => {
    for (let times = 0; times < 2; times += 1)
      await expectRemoved([add(`${pod}/hostNetwork`, true), add(`${pod}/containers/-`, other)]);
  });

  it('names in a dispute who adds it', async () => {
    const cluster = rig.connect();
    const dispute = async () => {
      await rig.patch(deployments, 'a', [add(`${pod}/hostNetwork`, true)]);
      await cluster.updateWorkload(spec, uid);
    };
    for (let times = 0; times < 3; times += 1) await dispute();
    await expect(dispute()).rejects.toThrow(
      'spec.template.spec.hostNetwork: it was put right 4 times and changed again each time by a-person',
    );
  });
});
