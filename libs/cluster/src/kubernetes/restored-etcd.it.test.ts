import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { systemClock } from '@ccd/reconcile';
import { eventually } from '@ccd/testkit';
import { describeWithServers, startKubernetes, useServer } from '@ccd/testkit/servers';
import type { Cluster } from '../port.ts';
import { workloadSpec } from '../testing/specs.ts';
import { connectByKubeconfig } from './connection/kubeconfig.ts';
import { connectKubernetesCluster } from './connect-kubernetes-cluster.ts';
import { parseTemplate } from './template/read-template.ts';

describeWithServers('kubernetes', 'an etcd that was restored to an earlier moment', () => {
  const server = useServer(() => startKubernetes({ cluster: 'own' }));
  let cluster: Cluster | undefined;
  afterEach(() => cluster?.close());

  it('leaves no watch that waits in silence for versions to come again', async () => {
    const { etcd, apiServer, kubeconfig } = server();
    const namespace = await server().namespace();
    await etcd.shutDown();
    const data = join(etcd.folder, 'data');
    await cp(data, `${data}.kept`, { recursive: true });
    await etcd.restart();

    const template = parseTemplate('apps: { decrypter: { image: "r/d:1" } }', 'of the test');
    const connection = await connectByKubeconfig(kubeconfig, systemClock);
    cluster = connectKubernetesCluster({ connection, namespace, template });
    const names = async () => (await cluster?.listWorkloads({}))?.map(({ name }) => name);
    expect(await names()).toEqual([]);
    let told = 0;
    cluster.watch(() => (told += 1));
    // Far beyond all that is written after the restoration.
    for (let count = 0; count < 100; count += 1)
      await cluster.createWorkload(workloadSpec(`a-${count}`, { files: {} }));
    expect(await names()).toHaveLength(100);

    await apiServer.shutDown();
    await etcd.shutDown();
    await rm(data, { recursive: true });
    await cp(`${data}.kept`, data, { recursive: true });
    await etcd.restart();
    await apiServer.restart();
    await eventually('what was undone is seen', async () => (await names())?.length === 0, 60_000, 250);
    const kubectl = (...args: readonly string[]) => server().kubectl(['-n', namespace, ...args]);
    for (const name of ['b-1', 'b-2', 'b-3']) {
      const before = told;
      await kubectl('create', 'deployment', name, '--image=r/b:1', '--replicas=0');
      await eventually(`${name} is told`, () => told > before, 60_000, 50);
    }
    expect(await names()).toEqual(['b-1', 'b-2', 'b-3']);
  }, 240_000);
});
