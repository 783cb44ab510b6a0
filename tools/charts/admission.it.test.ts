import { eventually, scratchDir } from '@ccd/testkit';
import { describeWithServers, startKubernetes, useServer } from '@ccd/testkit/servers';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { attacks } from './testing/attacks.ts';
import { openHelm } from './testing/helm.ts';
import type { KubernetesObject } from './testing/helm.ts';
import { placementAttacks } from './testing/placement-attacks.ts';
import { leastValues, mostValues } from './testing/values.ts';
import { toWorker } from './testing/worker.ts';
import type { Open, Worker } from './testing/worker.ts';

const toList = (items: readonly unknown[]): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

describeWithServers(['helm', 'kubernetes'], 'the charts, on an API server', () => {
  const helm = openHelm(scratchDir());
  const server = useServer(() => startKubernetes());
  let namespace: string;
  let objects: readonly KubernetesObject[];

  beforeAll(async () => {
    namespace = await server().namespace({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    objects = await helm.render('strm', mostValues, namespace);
    await server().kubectl(['apply', '--server-side', '-f', '-'], toList(objects));
    const foreign = { ...decrypter(), metadata: { name: 'foreign' } };
    await eventually('the policies hold', async () =>
      /may run its own workers/.test(await write('streams-agent', foreign)),
    );
  }, 120_000);

  /** What the API server says when the agent writes an object: nothing where it may. Nothing stays. */
  async function write(agent: string, object: unknown, verb = 'create'): Promise<string> {
    const as = `--as=system:serviceaccount:${namespace}:${agent}`;
    try {
      await server().kubectl(
        [verb, '--dry-run=server', '-n', namespace, as, '-f', '-'],
        JSON.stringify(object),
      );
      return '';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  const decrypter = (): Worker => toWorker(objects, 'streams-agent', 'decrypter', []);
  const exporter = (): Worker => toWorker(objects, 'exporters-agent', 'batch-exporter', ['data-connector-1']);
  const configMap = (name: string): Open => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: {},
  });
  const marker = (name: string): Open => ({
    ...configMap(name),
    metadata: { name, labels: { 'ccd/marks': 'secret' } },
  });
  const secret = (name: string, type = 'ccd/secret'): Open => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'ccd' } },
    type,
  });
  const lease = (name: string): Open => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name },
  });

  it('are taken, each of them', async () => {
    for (const chart of [
      'strm',
      'event-gateway',
      'streams-agent',
      'data-connectors-agent',
      'exporters-agent',
    ]) {
      const rendered = await helm.render(chart, leastValues, namespace);
      const said = await server().kubectl(
        ['apply', '--server-side', '--force-conflicts', '--dry-run=server', '-f', '-'],
        toList(rendered),
      );
      expect(said.trim().split('\n')).toHaveLength(rendered.length);
      expect(said).not.toContain('Warning');
    }
  });

  it.each([
    [
      'streams-agent',
      [
        'configmaps [] [] [get list watch create update delete]',
        'deployments.apps [] [] [get list watch create patch delete]',
        'leases.coordination.k8s.io [] [] [create]',
        'leases.coordination.k8s.io [] [streams-agent] [get update]',
        'pods [] [] [list watch]',
      ],
    ],
    [
      'exporters-agent',
      [
        'configmaps [] [] [get list watch create update delete]',
        'deployments.apps [] [] [get list watch create patch delete]',
        'leases.coordination.k8s.io [] [] [create]',
        'leases.coordination.k8s.io [] [exporters-agent] [get update]',
        'pods [] [] [list watch]',
        // Where logs are reported, as they are in these values; of the streams agent they are not.
        'pods/log [] [] [get]',
      ],
    ],
    [
      'data-connectors-agent',
      [
        'configmaps [] [] [get list watch create update delete]',
        'leases.coordination.k8s.io [] [] [create]',
        'leases.coordination.k8s.io [] [data-connectors-agent] [get update]',
        'secrets [] [] [create update delete]',
      ],
    ],
    ['strmprivacy', []],
  ])('let %s do this and nothing else', async (account, rights) => {
    const said = await server().kubectl([
      ...['auth', 'can-i', '--list', '--no-headers', '-n', namespace],
      `--as=system:serviceaccount:${namespace}:${account}`,
    ]);
    const lines = said
      .split('\n')
      .map((line) => line.trim().replace(/\s{2,}/g, ' '))
      // What everybody may: to ask about oneself, and what the API server offers.
      .filter((line) => line !== '' && !line.startsWith('[') && !line.startsWith('selfsubject'));
    expect(lines.toSorted()).toEqual(rights);
  });

  describe('let an agent write', () => {
    it.each<[string, string, () => unknown]>([
      ['streams-agent', 'a decrypter', decrypter],
      ['streams-agent', 'the task of a decrypter', () => configMap('decrypter-1-abc')],
      ['streams-agent', 'a document of its own', () => configMap('ccd-streams-agent-snapshot')],
      ['streams-agent', 'its Lease', () => lease('streams-agent')],
      ['exporters-agent', 'an exporter with the Secret of its connector', exporter],
      ['data-connectors-agent', 'the Secret of a connector', () => secret('data-connector-1')],
      ['data-connectors-agent', 'what marks that', () => marker('data-connector-1')],
    ])('%s: %s', async (agent, _, make) => {
      expect(await write(agent, make())).toBe('');
    });
  });

  describe('let no agent write', () => {
    it.each<[string, string, () => unknown, string]>([
      ['streams-agent', 'the guardrails', () => configMap('guardrails'), 'its own ConfigMaps alone'],
      [
        'streams-agent',
        'its pod template',
        () => configMap('pod-template-streams-agent'),
        'its own ConfigMaps alone',
      ],
      [
        'streams-agent',
        'documents of another',
        () => configMap('ccd-exporters-agent-guard'),
        'its own ConfigMaps alone',
      ],
      ['streams-agent', 'an exporter', exporter, 'may run its own workers alone'],
      ['streams-agent', "another's Lease", () => lease('exporters-agent'), 'its own Lease alone'],
      ['streams-agent', 'a Secret', () => secret('data-connector-1'), 'cannot create resource "secrets"'],
      [
        'data-connectors-agent',
        'a foreign Secret',
        () => secret('session-keys'),
        'Secrets of data connectors alone',
      ],
      [
        'data-connectors-agent',
        'a Secret that nobody knows for its own',
        () => ({ ...secret('data-connector-1'), metadata: { name: 'data-connector-1' } }),
        'Secrets of data connectors alone',
      ],
      [
        'data-connectors-agent',
        'a Secret of another type',
        () => secret('data-connector-1', 'Opaque'),
        'Secrets of data connectors alone',
      ],
      [
        'data-connectors-agent',
        'a ConfigMap that marks nothing',
        () => configMap('data-connector-1'),
        'its own ConfigMaps alone',
      ],
      [
        'data-connectors-agent',
        'what marks the Secret of another',
        () => marker('session-keys'),
        'its own ConfigMaps alone',
      ],
      [
        'data-connectors-agent',
        'a token of another account',
        () => ({
          ...secret('data-connector-1', 'kubernetes.io/service-account-token'),
          metadata: {
            name: 'data-connector-1',
            labels: { 'app.kubernetes.io/managed-by': 'ccd' },
            annotations: { 'kubernetes.io/service-account.name': 'streams-agent' },
          },
        }),
        'Secrets of data connectors alone',
      ],
      ['data-connectors-agent', 'a worker', decrypter, 'cannot create resource "deployments"'],
    ])('%s: %s', async (agent, _, make, reason) => {
      expect(await write(agent, make())).toContain(reason);
    });

    it('into a worker of an earlier release what may not run now, though its metadata may change', async () => {
      const earlier = decrypter();
      const [container] = earlier.spec.template.spec.containers;
      const { name, image } = { ...container };
      container['image'] = 'registry.example/earlier:1';
      await server().kubectl(['apply', '-n', namespace, '-f', '-'], JSON.stringify(earlier));
      const patch = (change: object): Promise<string> =>
        server().kubectl([
          ...['patch', 'deployment', earlier.metadata.name, '-n', namespace, '--dry-run=server'],
          ...[`--as=system:serviceaccount:${namespace}:streams-agent`, '--patch', JSON.stringify(change)],
        ]);
      const toImage = (wanted: unknown): object => ({
        spec: { template: { spec: { containers: [{ name, image: wanted }] } } },
      });
      await expect(patch({ metadata: { annotations: { note: 'x' } } })).resolves.toContain('patched');
      await expect(patch({ spec: { replicas: 2 } })).rejects.toThrow('of the image');
      await expect(patch(toImage('registry.example/another:1'))).rejects.toThrow('of the image');
      await expect(patch(toImage(image))).resolves.toContain('patched');
    });

    it('into a running worker where it runs and what it takes, though what a person has put there stays', async () => {
      const running = decrypter();
      running.metadata.name = 'decrypter-running';
      await server().kubectl(['apply', '-n', namespace, '-f', '-'], JSON.stringify(running));
      const patch = (pod: object, ...asAgent: readonly string[]): Promise<string> =>
        server().kubectl([
          ...['patch', 'deployment', 'decrypter-running', '-n', namespace, ...asAgent],
          ...['--patch', JSON.stringify({ spec: { template: { spec: pod } } })],
        ]);
      const asAgent = [`--as=system:serviceaccount:${namespace}:streams-agent`, '--dry-run=server'];
      const spread = [
        {
          maxSkew: 1,
          topologyKey: 'zone',
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: { a: 'b' } },
        },
      ];
      const setting = { containers: [{ name: 'decrypter', env: [{ name: 'CACHE_DIR', value: '/tmp/x' }] }] };
      await expect(patch({ tolerations: [{ operator: 'Exists' }] }, ...asAgent)).rejects.toThrow(
        'not so: tolerations',
      );
      await expect(patch({ topologySpreadConstraints: spread }, ...asAgent)).rejects.toThrow(
        'not so: topologySpreadConstraints',
      );
      await patch({ topologySpreadConstraints: spread });
      await expect(patch(setting, ...asAgent)).resolves.toContain('patched');
      await expect(
        patch({ ...setting, topologySpreadConstraints: [{ ...spread[0], maxSkew: 2 }] }, ...asAgent),
      ).rejects.toThrow('not so: topologySpreadConstraints');
    });

    it('over or away what is not its own', async () => {
      const asAgent = ['-n', namespace, `--as=system:serviceaccount:${namespace}:streams-agent`];
      const patch = JSON.stringify({ spec: { replicas: 0 } });
      await expect(
        server().kubectl(['patch', 'deployment', 'event-gateway', ...asAgent, '--patch', patch]),
      ).rejects.toThrow('may run its own workers alone');
      await expect(server().kubectl(['delete', 'deployment', 'event-gateway', ...asAgent])).rejects.toThrow(
        'may run its own workers alone',
      );
      await expect(server().kubectl(['delete', 'configmap', 'guardrails', ...asAgent])).rejects.toThrow(
        'its own ConfigMaps alone',
      );
    });
  });

  describe('let a thief of a token run nothing', () => {
    it.each([...attacks, ...placementAttacks])('with $title', async ({ change, reason }) => {
      const worker = decrypter();
      const { spec } = worker.spec.template;
      change(spec, spec.containers[0], worker);
      expect(await write('streams-agent', worker)).toContain(reason);
    });
  });
});
