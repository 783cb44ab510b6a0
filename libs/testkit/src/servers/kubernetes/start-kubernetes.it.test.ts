import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { eventually } from '../../eventually.ts';
import { scratchDir } from '../../scratch-dir.ts';
import { describeWithServers, isWrite, startKubernetes, toKubeconfig, useServer } from '../index.ts';
import { askCluster } from './cluster-api.ts';
import { findGivenCluster } from './given-cluster.ts';
import { useGivenCluster } from './use-given-cluster.ts';

const list = z.object({ items: z.array(z.object({ status: z.object({ phase: z.string().optional() }) })) });

const configMap = (namespace: string, name: string, data = {}): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data });

const deployment = (namespace: string): string =>
  JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name: 'worker' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'worker' } },
      template: {
        metadata: { labels: { app: 'worker' } },
        spec: { containers: [{ name: 'worker', image: 'none' }] },
      },
    },
  });

describeWithServers('kubernetes', 'startKubernetes', () => {
  const scratch = scratchDir();
  const server = useServer(() => startKubernetes({ cluster: 'own' }));

  it('runs what is pinned', async () => {
    const said = await server().kubectl(['version', '--output=json']);
    expect(JSON.parse(said)).toMatchObject({
      clientVersion: { gitVersion: 'v1.36.3' },
      serverVersion: { gitVersion: 'v1.36.3', major: '1', minor: '36' },
    });
  });

  it('makes pods of a Deployment, which wait for a node', async () => {
    const namespace = await server().namespace();
    await server().kubectl(['apply', '-f', '-'], deployment(namespace));
    const phases = await eventually('two pods', async () => {
      const pods = await server().kubectl(['get', 'pods', '-n', namespace, '-o', 'json']);
      const { items } = list.parse(JSON.parse(pods));
      return items.length === 2 ? items.map(({ status }) => status.phase) : undefined;
    });
    expect(phases).toStrictEqual(['Pending', 'Pending']);
    await expect(server().kubectl(['get', 'replicasets', '-n', namespace, '-o', 'name'])).resolves.toMatch(
      /^replicaset.apps\/worker-\w+\n$/,
    );
  });

  it('gives namespaces of different names, and enforces what their labels ask for', async () => {
    const [plain, restricted] = await Promise.all([
      server().namespace(),
      server().namespace({ 'pod-security.kubernetes.io/enforce': 'restricted' }),
    ]);
    const run = (namespace: string): Promise<string> =>
      server().kubectl(['run', 'pod', '-n', namespace, '--image=none', '--restart=Never']);
    await expect(run(plain)).resolves.toBe('pod/pod created\n');
    await expect(run(restricted)).rejects.toThrow('violates PodSecurity "restricted:latest"');
  });

  it('deletes a namespace with what is in it', async () => {
    const namespace = await server().namespace();
    await server().kubectl(['apply', '-f', '-'], configMap(namespace, 'one'));
    await server().kubectl(['delete', 'namespace', namespace]);
    await expect(server().kubectl(['get', 'namespace', namespace])).rejects.toThrow('NotFound');
  });

  it('lets a service account do what its roles allow, and nothing else', async () => {
    const namespace = await server().namespace();
    await server().kubectl(['create', 'serviceaccount', 'agent', '-n', namespace]);
    await server().kubectl([
      'create',
      'role',
      'reader',
      '-n',
      namespace,
      '--verb=get,list',
      '--resource=configmaps',
    ]);
    await server().kubectl([
      'create',
      'rolebinding',
      'reader',
      '-n',
      namespace,
      '--role=reader',
      `--serviceaccount=${namespace}:agent`,
    ]);
    const kubeconfig = join(scratch, 'agent');
    writeFileSync(kubeconfig, await server().kubeconfigFor(namespace, 'agent'));
    const asAgent = (...args: readonly string[]): Promise<string> =>
      server().kubectl([...args, '--kubeconfig', kubeconfig]);
    await expect(asAgent('get', 'configmaps')).resolves.toContain('kube-root-ca.crt');
    await expect(asAgent('get', 'secrets')).rejects.toThrow(
      `"system:serviceaccount:${namespace}:agent" cannot list resource "secrets"`,
    );
    await expect(asAgent('delete', 'configmap', 'kube-root-ca.crt')).rejects.toThrow('Forbidden');
  });

  it('refuses what a policy forbids', async () => {
    const namespace = await server().namespace();
    const policy = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: namespace },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          resourceRules: [
            { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
          ],
        },
        validations: [{ expression: "object.metadata.name != 'forbidden'", message: 'no such name' }],
      },
    };
    const binding = {
      apiVersion: policy.apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: namespace },
      spec: {
        policyName: namespace,
        validationActions: ['Deny'],
        matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
      },
    };
    await server().kubectl(['apply', '-f', '-'], JSON.stringify(policy));
    await server().kubectl(['apply', '-f', '-'], JSON.stringify(binding));
    await eventually('the policy holds', async () => {
      await expect(
        server().kubectl(['create', '--dry-run=server', '-f', '-'], configMap(namespace, 'forbidden')),
      ).rejects.toThrow('no such name');
      return true;
    });
  });

  it('tells who has written what', async () => {
    const namespace = await server().namespace();
    const mark = await server().auditMark();
    await server().kubectl(['apply', '-f', '-'], configMap(namespace, 'seen'));
    await server().kubectl(['get', 'configmap', 'seen', '-n', namespace]);
    const ofAdmin = (await server().audit(mark)).filter((event) => event.namespace === namespace);
    expect(ofAdmin.filter(isWrite)).toMatchObject([
      {
        ...{ verb: 'create', resource: 'configmaps', name: 'seen', user: 'admin', code: 201 },
        userAgent: expect.stringMatching(/^kubectl\//),
      },
    ]);
    expect(ofAdmin.some(({ verb, code }) => verb === 'get' && code === 200)).toBe(true);
    const idle = await server().auditMark();
    expect((await server().audit(idle)).filter(({ user }) => user === 'admin')).toStrictEqual([]);
  });

  it('answers nothing while the API server is paused, and goes on when it is resumed', async () => {
    await server().apiServer.pause();
    await expect(server().kubectl(['get', 'nodes', '--request-timeout=1s'])).rejects.toThrow();
    await server().apiServer.resume();
    await expect(server().kubectl(['get', 'namespaces', '-o', 'name'])).resolves.toContain('kube-system');
  });

  it('keeps what it has through a kill of the API server, and of etcd', async () => {
    const namespace = await server().namespace();
    await server().kubectl(['apply', '-f', '-'], configMap(namespace, 'kept'));
    await server().apiServer.kill();
    await server().etcd.kill();
    await server().etcd.restart();
    await server().apiServer.restart();
    await expect(server().kubectl(['get', 'configmap', 'kept', '-n', namespace, '-o', 'name'])).resolves.toBe(
      'configmap/kept\n',
    );
  });

  it('no longer knows a revision from before a compaction', async () => {
    const { access, apiServer } = server();
    const namespace = await server().namespace();
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const { metadata } = z
      .object({ metadata: z.object({ resourceVersion: z.string() }) })
      .parse(await askCluster(access, 'GET', path));
    await server().kubectl(['apply', '-f', '-'], configMap(namespace, 'later'));
    await server().compactEtcd();
    await apiServer.restart();
    const watched = await askCluster(
      access,
      'GET',
      `${path}?watch=1&timeoutSeconds=5&resourceVersion=${metadata.resourceVersion}`,
    );
    expect(watched).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
  });

  it('does not meet another one beside it', async () => {
    const other = await startKubernetes({ cluster: 'own' });
    try {
      const namespace = await other.namespace();
      await expect(server().kubectl(['get', 'namespace', namespace])).rejects.toThrow('NotFound');
      await expect(
        askCluster({ ...other.access, as: server().access.as }, 'GET', '/api/v1/namespaces'),
      ).rejects.toThrow('401');
    } finally {
      await other.stop();
    }
    expect(existsSync(other.kubeconfig)).toBe(false);
    expect(existsSync(other.etcd.folder)).toBe(false);
  });

  it('is what KUBECONFIG gives, where that is a cluster for tests, and leaves no namespace in it', async () => {
    const kubeconfig = join(scratch, 'kind');
    writeFileSync(kubeconfig, toKubeconfig(server().access, { name: 'kind-test' }));
    const given = findGivenCluster(kubeconfig);
    const cluster = given && useGivenCluster(given);
    const namespace = await cluster?.namespace();
    await expect(server().kubectl(['get', 'namespace', namespace ?? ''])).resolves.toContain('Active');
    expect(() => cluster?.apiServer).toThrow('KUBECONFIG gives kind-test');
    await expect(cluster?.audit()).rejects.toThrow("{ cluster: 'own' }");
    await cluster?.stop();
    await expect(server().kubectl(['get', 'namespace', namespace ?? ''])).rejects.toThrow('NotFound');
    writeFileSync(kubeconfig, toKubeconfig(server().access, { name: 'production' }));
    expect(findGivenCluster(kubeconfig)).toBeUndefined();
  });
});

describeWithServers('kubernetes', 'startKubernetes, at home', () => {
  const home = join(scratchDir(), 'home');

  it('is the same cluster for its clients when it is started again', async () => {
    const first = await startKubernetes({ cluster: 'own', home });
    const namespace = await first.namespace();
    const token = await first.kubeconfigFor(namespace, 'default');
    await first.stop();
    const second = await startKubernetes({ cluster: 'own', home });
    try {
      expect([second.url, second.kubeconfig]).toStrictEqual([first.url, first.kubeconfig]);
      expect(readFileSync(second.kubeconfig, 'utf8')).toContain('current-context');
      await expect(second.kubectl(['get', 'namespace', namespace])).resolves.toContain('Active');
      const { users } = z
        .object({ users: z.tuple([z.object({ user: z.object({ token: z.string() }) })]) })
        .parse(JSON.parse(token));
      const as = { token: users[0].user.token };
      await expect(askCluster({ ...second.access, as }, 'GET', '/version')).resolves.toMatchObject({
        minor: '36',
      });
      await expect(askCluster({ ...second.access, as }, 'GET', '/api/v1/secrets')).rejects.toThrow(
        'forbidden',
      );
    } finally {
      await second.stop();
    }
  });
});
