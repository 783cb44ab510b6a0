import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { eventually } from '@ccd/testkit';
import { describeWithServers, startKubernetes, useServer } from '@ccd/testkit/servers';
import type { Cluster } from '../port.ts';
import { workloadSpec } from '../testing/index.ts';
import { openRig } from '../testing/kubernetes/kubernetes-rig.ts';
import type { KubernetesRig } from '../testing/kubernetes/kubernetes-rig.ts';
import { configMaps, deployments } from './client/resources.ts';

jest.setTimeout(60_000);

const watched = ['deployments.apps', 'jobs.batch', 'configmaps'];

describeWithServers('kubernetes', 'lists that are watched', () => {
  const server = useServer(() => startKubernetes({ cluster: 'own' }));
  let rig: KubernetesRig;
  let cluster: Cluster;
  beforeEach(async () => {
    rig = await openRig(server());
    cluster = rig.connect();
    await cluster.createWorkload(workloadSpec('a'));
    await cluster.listWorkloads({});
    await eventually('a look asks for nothing', async () => (await lists(look)) === 0);
  });
  afterEach(() => rig.close());

  const look = async (): Promise<void> => {
    await cluster.listWorkloads({}, 'watched');
  };
  /** How many lists of what is watched the API server is asked for in a piece of work. */
  const lists = async (work: () => Promise<void>): Promise<number> => {
    const mark = await server().auditMark();
    await work();
    return (await server().audit(mark)).filter(
      ({ userAgent, namespace, verb, resource }) =>
        userAgent === 'ccd-agent' &&
        namespace === rig.namespace &&
        verb === 'list' &&
        watched.includes(resource ?? ''),
    ).length;
  };
  const seen = async () => (await cluster.listWorkloads({}, 'watched')).find(({ name }) => name === 'a');

  it('are asked for where they are to be of now', async () => {
    expect(
      await lists(async () => {
        await cluster.listWorkloads({});
      }),
    ).toBe(watched.length);
  });

  it('show an edit, a removal, and the loss of a file, soon after', async () => {
    await rig.edit(deployments, 'a', { spec: { replicas: 3 } }, 'scale');
    await eventually('the edit is seen', async () => (await seen())?.liveHash === 'edited-hash-1');
    const [files] = await rig.objects.list(configMaps, 'ccd/workload=a', (item) => item as FilesObject);
    await rig.drop(configMaps, files?.metadata.name ?? '');
    await eventually('the loss is seen', async () => (await seen())?.staleness === 'FilesMissing');
    await rig.drop(deployments, 'a');
    await eventually('the removal is seen', async () => (await seen()) === undefined);
  });

  it('show what we wrote ourselves at once', async () => {
    const { uid } = (await seen()) ?? { uid: '' };
    await cluster.updateWorkload(workloadSpec('a', { hash: 'hash-2' }), uid);
    expect(await seen()).toMatchObject({ appliedHash: 'hash-2' });
    await cluster.removeWorkload('a', uid);
    expect(await seen()).toBeUndefined();
  });
});

interface FilesObject {
  readonly metadata: { readonly name: string };
}
