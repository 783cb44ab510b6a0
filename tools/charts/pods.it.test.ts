import { parseTemplate } from '@ccd/cluster';
import { loadConfig } from '@ccd/service';
import { scratchDir } from '@ccd/testkit';
import { describeWithServers } from '@ccd/testkit/servers';
import { beforeAll, expect, it } from '@jest/globals';
import { z } from 'zod';
import { openHelm } from './testing/helm.ts';
import type { KubernetesObject } from './testing/helm.ts';
import { othersOfPods, podsOf, schemaOf, templatesOf, toEnvironment, workersOf } from './testing/pods.ts';
import { leastValues, mostValues } from './testing/values.ts';

const ruleSchema = z.object({
  ports: z.array(z.object({ protocol: z.string(), port: z.number() })),
  from: z.array(z.unknown()).default([]),
  to: z.array(z.unknown()).default([]),
});
const policySchema = z.object({
  spec: z.object({ ingress: z.array(ruleSchema), egress: z.array(ruleSchema) }),
});
const agents = ['streams-agent', 'data-connectors-agent', 'exporters-agent'];

describeWithServers('helm', 'the pods of the charts', () => {
  const helm = openHelm(scratchDir());
  let rendered: readonly (readonly KubernetesObject[])[];
  beforeAll(async () => {
    rendered = await Promise.all([helm.render('strm', leastValues), helm.render('strm', mostValues)]);
  });

  it('keep to the restricted profile, and write to nothing of their image', () => {
    for (const objects of rendered) {
      expect(podsOf(objects).map(({ app }) => app)).toEqual(
        expect.arrayContaining(['event-gateway', ...agents]),
      );
      for (const { spec } of podsOf(objects)) {
        expect(spec.securityContext).toMatchObject({
          runAsNonRoot: true,
          seccompProfile: { type: 'RuntimeDefault' },
        });
        expect(spec.containers[0]?.securityContext).toEqual({
          runAsNonRoot: true,
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        for (const field of ['hostNetwork', 'hostPID', 'hostIPC', 'initContainers'])
          expect(spec).not.toHaveProperty(field);
        expect(spec.containers[0]).not.toHaveProperty('command');
        expect(spec.volumes.filter((volume) => 'hostPath' in volume)).toEqual([]);
      }
    }
  });

  it('have a token of the API server where they are agents, each of an account of its own', () => {
    for (const objects of rendered) {
      const tokens = podsOf(objects).map(({ app, spec }) => [
        app,
        spec.automountServiceAccountToken,
        spec.serviceAccountName,
      ]);
      expect(tokens.toSorted()).toEqual([
        ['data-connectors-agent', true, 'data-connectors-agent'],
        ['event-gateway', false, 'strmprivacy'],
        ['exporters-agent', true, 'exporters-agent'],
        ['streams-agent', true, 'streams-agent'],
      ]);
      expect(Object.values(workersOf(objects)).map((worker) => worker.serviceAccountName)).toEqual([
        'strmprivacy',
        'strmprivacy',
      ]);
    }
  });

  it('mount what they have as volumes', () => {
    for (const objects of rendered) {
      for (const { spec } of podsOf(objects)) {
        const mounted = spec.containers[0]?.volumeMounts.map(({ name }) => name);
        expect(mounted?.toSorted()).toEqual(spec.volumes.map(({ name }) => name).toSorted());
      }
    }
  });

  it('have settings that their app takes: of known names, once each, and with values that it accepts', async () => {
    for (const objects of rendered) {
      const workers = Object.entries(workersOf(objects)).map(([app, { extraEnv }]) => ({
        app,
        env: [
          ...extraEnv,
          // These the agent says.
          { name: 'CONFIG_DIR', value: '/etc/ccd/config' },
          { name: 'CACHE_DIR', value: '/tmp/cache' },
          ...(app === 'batch-exporter' ? [{ name: 'SECRETS_DIR', value: '/etc/ccd/secrets' }] : []),
        ],
      }));
      expect(workers.map(({ app }) => app).toSorted()).toEqual(['batch-exporter', 'decrypter']);
      for (const { app, env } of [...podsOf(objects), ...workers]) {
        const schema = await schemaOf(app);
        const settings = env.map(({ name }) => name);
        expect({ app, unknown: settings.filter((name) => !(name in schema.shape)) }).toEqual({
          app,
          unknown: [],
        });
        expect(new Set(settings).size).toBe(settings.length);
        const values = toEnvironment(env, objects, othersOfPods);
        expect(() => loadConfig(schema, values)).not.toThrow();
      }
    }
  });

  it('are selected by a policy of the network, and by one that denies everything else', () => {
    const policySchema = z.object({
      spec: z.object({ podSelector: z.object({ matchLabels: z.record(z.string(), z.string()) }) }),
    });
    for (const objects of rendered) {
      const policies = objects
        .filter(({ kind }) => kind === 'NetworkPolicy')
        .map((policy) => ({ ...policySchema.parse(policy).spec.podSelector.matchLabels }));
      const labelled: readonly Readonly<Record<string, string>>[] = [
        ...podsOf(objects).map(({ labels }) => labels),
        ...Object.entries(workersOf(objects)).map(([app, { labels }]) => ({
          ...labels,
          'app.kubernetes.io/name': app,
        })),
      ];
      for (const labels of labelled) {
        const matching = policies.filter((selector) =>
          Object.entries(selector).every(([name, value]) => labels[name] === value),
        );
        expect({ labels, matching: matching.length }).toEqual({ labels, matching: 2 });
      }
    }
  });

  it('show their metrics to those alone whom the values name, and events come in at another port', () => {
    const rulesOf = (objects: readonly KubernetesObject[], app: string) => {
      const policy = objects.find(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === app);
      return policySchema
        .parse(policy)
        .spec.ingress.map(({ ports, from }) => [ports.map(({ port }) => `${port}`).join(), from]);
    };
    const adminPortOf = (objects: readonly KubernetesObject[], app: string) =>
      podsOf(objects)
        .find((pod) => pod.app === app)
        ?.env.find(({ name }) => name === 'ADMIN_PORT')?.value;
    const [least = [], most = []] = rendered;
    const seers = [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }];
    for (const app of agents) {
      expect(rulesOf(least, app)).toEqual([]);
      expect(rulesOf(most, app)).toEqual([[adminPortOf(most, app), seers]]);
    }
    expect(rulesOf(least, 'event-gateway')).toEqual([['8081', []]]);
    expect(rulesOf(most, 'event-gateway')).toEqual([
      ['8081', []],
      ['8082', seers],
    ]);
    expect(adminPortOf(most, 'event-gateway')).toBe('8082');
  });

  it('of workers can be asked how they are by their own agent', () => {
    const pods = (matchLabels: object) => ({ podSelector: { matchLabels } });
    for (const objects of rendered) {
      const peersOf = (app: string, way: 'ingress' | 'egress') => {
        const policy = objects.find(
          ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === app,
        );
        return policySchema
          .parse(policy)
          .spec[way].filter(({ ports }) => JSON.stringify(ports) === '[{"protocol":"TCP","port":8081}]')
          .flatMap(({ from, to }) => [...from, ...to]);
      };
      for (const [agent, app] of [
        ['streams-agent', 'decrypter'],
        ['exporters-agent', 'batch-exporter'],
      ] as const) {
        expect(peersOf(app, 'ingress')).toContainEqual(pods({ 'strmprivacy.io/app': agent }));
        expect(peersOf(agent, 'egress')).toContainEqual(
          pods({ 'app.kubernetes.io/name': app, 'app.kubernetes.io/part-of': 'strm' }),
        );
      }
      expect(peersOf('data-connectors-agent', 'egress')).toEqual([]);
    }
  });

  it('of workers are made from documents that agents accept', () => {
    for (const objects of rendered) {
      const templates = Object.entries(templatesOf(objects));
      expect(templates.map(([agent]) => agent).toSorted()).toEqual(['exporters-agent', 'streams-agent']);
      for (const [agent, template] of templates) expect(() => parseTemplate(template, agent)).not.toThrow();
    }
  });
});
