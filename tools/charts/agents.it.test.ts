import type { Cluster, WorkloadSpec } from '@ccd/cluster';
import { eventually, scratchDir } from '@ccd/testkit';
import { describeWithServers, startKubernetes, useServer } from '@ccd/testkit/servers';
import { afterEach, beforeAll, expect, it } from '@jest/globals';
import { connectAs } from './testing/connect-as.ts';
import { openHelm } from './testing/helm.ts';
import type { KubernetesObject, Values } from './testing/helm.ts';
import { podsOf } from './testing/pods.ts';
import { leastValues, mostValues } from './testing/values.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describeWithServers(['helm', 'kubernetes'], 'an agent as its chart installs it', () => {
  const folder = scratchDir();
  const helm = openHelm(folder);
  const server = useServer(() => startKubernetes());
  const open: Cluster[] = [];
  let namespace: string;
  let objects: readonly KubernetesObject[];
  let notes: string;
  const release = async (verb: 'install' | 'upgrade', values: Values): Promise<string> =>
    helm.run(
      [verb, 'test', await helm.chart('strm'), '-n', namespace, '--kubeconfig', server().kubeconfig],
      values,
    );

  beforeAll(async () => {
    namespace = await server().namespace({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    objects = await helm.render('strm', mostValues, namespace);
    notes = await release('install', mostValues);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((cluster) => cluster.close()));
  });

  const connect = async (agent: string): Promise<Cluster> => {
    const cluster = await connectAs({ server: server(), namespace, objects, folder }, agent);
    open.push(cluster);
    return cluster;
  };

  it('has pods that the restricted profile of its namespace lets in, as all apps have', async () => {
    for (const { app, replicas } of podsOf(objects)) {
      await eventually(`the pods of ${app}`, async () => {
        const selector = `strmprivacy.io/app=${app}`;
        const pods = await server().kubectl(['get', 'pods', '-n', namespace, '-l', selector, '-o', 'name']);
        return pods.trim().split('\n').length === replicas;
      });
    }
  });

  it.each<[string, WorkloadSpec['app'], readonly string[]]>([
    ['streams-agent', 'decrypter', []],
    ['exporters-agent', 'batch-exporter', ['data-connector-1']],
  ])('%s makes, changes and removes a %s', async (agent, app, secrets) => {
    const cluster = await connect(agent);
    const leadership = cluster.lead(agent);
    await eventually('the Lease', () => leadership.isHeld());
    const spec: WorkloadSpec = {
      name: `${app}-11111111-1111-4111-8111-111111111111`,
      app,
      labels: { 'ccd/agent': agent },
      annotations: { 'ccd/topics': 'stream-1' },
      env: {},
      files: { 'task.json': '{}' },
      secrets,
      hash: 'one',
    };
    const { uid } = await cluster.createWorkload(spec);
    // The policy lets no agent write as long as one of these is there: all have to go in one write.
    const podOf = '/spec/template/spec';
    const added = [
      { op: 'add', path: `${podOf}/hostPID`, value: true },
      { op: 'add', path: `${podOf}/initContainers`, value: [{ name: 'x', image: 'evil:1' }] },
      { op: 'add', path: `${podOf}/containers/-`, value: { name: 'y', image: 'evil:1' } },
      { op: 'add', path: `${podOf}/containers/0/command`, value: ['sh'] },
      { op: 'add', path: `${podOf}/containers/0/tty`, value: true },
      { op: 'add', path: `${podOf}/volumes/0/emptyDir/medium`, value: 'Memory' },
      { op: 'replace', path: `${podOf}/containers/0/image`, value: 'evil:1' },
      { op: 'replace', path: '/spec/replicas', value: 3 },
    ];
    await server().kubectl([
      ...['patch', 'deployment', spec.name, '-n', namespace, '--type=json'],
      ...['-p', JSON.stringify(added)],
    ]);
    await cluster.updateWorkload({ ...spec, files: { 'task.json': '{"a":1}' }, hash: 'two' }, uid);
    expect(await cluster.listWorkloads({ 'ccd/agent': agent })).toMatchObject([
      { name: spec.name, appliedHash: 'two', liveHash: 'two' },
    ]);
    const made = await server().kubectl([
      'get',
      'deployment',
      spec.name,
      '-n',
      namespace,
      '-o',
      'jsonpath={.spec}',
    ]);
    expect(made).not.toMatch(/evil|hostPID|initContainers|command|tty/);
    const state = cluster.agentState(agent);
    for (const document of ['{}', '{"a":1}']) await state.save('snapshot', document);
    expect(await cluster.agentState(agent).load('snapshot')).toBe('{"a":1}');
    expect(await state.release()).toBeUndefined();

    const pods = await eventually('one pod, which the profile of the namespace lets in', async () => {
      const list = await server().kubectl([
        'get',
        'pods',
        '-n',
        namespace,
        '-l',
        `app.kubernetes.io/name=${app}`,
        '-o',
        'name',
      ]);
      const found = list
        .trim()
        .split('\n')
        .filter((pod) => pod !== '');
      // Those of the Deployment that was scaled go first.
      return found.length === 1 ? found : undefined;
    });
    // Nobody runs it, so that it may be one of the Deployment before, which goes at any moment.
    await server().kubectl([
      'delete',
      ...pods,
      '-n',
      namespace,
      '--force',
      '--grace-period=0',
      '--ignore-not-found',
    ]);
    await cluster.removeWorkload(spec.name, uid);
    expect(await cluster.listWorkloads({ 'ccd/agent': agent })).toEqual([]);
    await leadership.stop();
  });

  it('data-connectors-agent makes, changes and removes a Secret', async () => {
    const cluster = await connect('data-connectors-agent');
    const leadership = cluster.lead('data-connectors-agent');
    await eventually('the Lease', () => leadership.isHeld());
    const spec = {
      name: 'data-connector-2',
      labels: { 'ccd/agent': 'x' },
      data: { location: text('{}') },
      hash: 'one',
    };
    const { uid } = await cluster.createSecret(spec);
    await cluster.updateSecret({ ...spec, data: { location: text('{"a":1}') }, hash: 'two' }, uid);
    expect(await cluster.listSecrets({ 'ccd/agent': 'x' })).toMatchObject([
      { name: spec.name, appliedHash: 'two' },
    ]);
    await cluster.agentState('data-connectors-agent').save('snapshot', '{}');
    const robMarker = () => server().kubectl(['delete', 'configmap', spec.name, '-n', namespace]);
    await robMarker();
    expect(await cluster.findSecret?.(spec.name)).toMatchObject({ uid });
    await cluster.updateSecret({ ...spec, hash: 'three' }, uid);
    expect(await cluster.listSecrets({ 'ccd/agent': 'x' })).toMatchObject([{ uid, appliedHash: 'three' }]);
    await robMarker();
    await cluster.removeSecret(spec.name, uid);
    expect(await cluster.listSecrets({ 'ccd/agent': 'x' })).toEqual([]);
    const left = ['get', 'secret', spec.name, '-n', namespace, '-o', 'name', '--ignore-not-found'];
    expect(await server().kubectl(left)).toBe('');
    await leadership.stop();
  });

  it.each(['streams-agent', 'exporters-agent'])('%s may read no Secret', async (agent) => {
    const as = `--as=system:serviceaccount:${namespace}:${agent}`;
    await expect(
      server().kubectl(['get', 'secret', 'session-keys', '-n', namespace, as, '-o', 'name']),
    ).rejects.toThrow('cannot get resource "secrets"');
  });

  // Last: what comes after finds another installation.
  it('is told by notes what comes next, and is upgraded to other values and away, but for the session keys', async () => {
    expect(notes).toContain(`Events are taken at http://event-gateway.${namespace}/event`);
    expect(notes).not.toContain('Nothing bounds');
    const secrets = async (): Promise<readonly string[]> => {
      const names = await server().kubectl([
        'get',
        'secrets',
        '-n',
        namespace,
        '-l',
        'app.kubernetes.io/part-of=strm',
        '-o',
        'name',
      ]);
      return names.trim().split('\n');
    };
    expect(await release('upgrade', leastValues)).toContain(
      'Nothing bounds what the control plane may ask for',
    );
    expect(await secrets()).toEqual(['secret/installation-credentials', 'secret/session-keys']);
    await helm.run(['uninstall', 'test', '-n', namespace, '--kubeconfig', server().kubeconfig]);
    expect(await secrets()).toEqual(['secret/session-keys']);
    expect(
      (await server().kubectl(['get', 'validatingadmissionpolicies', '-o', 'name'])).includes(namespace),
    ).toBe(false);
  });
});
