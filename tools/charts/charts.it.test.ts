import { scratchDir } from '@ccd/testkit';
import { describeWithServers } from '@ccd/testkit/servers';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { imageNames } from '../images/image-names.ts';
import { openHelm } from './testing/helm.ts';
import type { KubernetesObject, Values } from './testing/helm.ts';
import { podsOf, workersOf } from './testing/pods.ts';
import { leastValues, mostValues, secretTexts } from './testing/values.ts';
import { chartValues } from './values/charts.ts';

const agents = ['streams-agent', 'data-connectors-agent', 'exporters-agent'];
const names = Object.keys(chartValues);

describeWithServers('helm', 'the charts', () => {
  const helm = openHelm(scratchDir());
  const refused = async (values: Values, chart = 'strm'): Promise<string> => {
    const error: unknown = await helm
      .render(chart, { ...leastValues, ...values })
      .catch((thrown: unknown) => thrown);
    return error instanceof Error ? error.message : 'nothing was refused';
  };
  let least: readonly KubernetesObject[];
  let most: readonly KubernetesObject[];
  beforeAll(async () => {
    [least, most] = await Promise.all([helm.render('strm', leastValues), helm.render('strm', mostValues)]);
  });
  const each = () => [
    { objects: least, kind: 'the least' },
    { objects: most, kind: 'the most' },
  ];

  it.each(names)('%s is without a fault in the eyes of Helm', async (name) => {
    const said = await helm.run(['lint', '--strict', '--quiet', await helm.chart(name)], leastValues);
    expect(said).toBe('');
  });

  it.each(names)('%s can be rendered by itself', async (name) => {
    const kinds = (await helm.render(name, leastValues)).map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['Deployment', 'ServiceAccount', 'NetworkPolicy']));
  });

  it('says everything that is missing at once, and what it is', async () => {
    const error: unknown = await helm.render('strm', {}).catch((thrown: unknown) => thrown);
    const lines = String(error)
      .split('\n')
      .filter((line) => line.startsWith('  - '));
    expect(lines.map((line) => /^ {2}- (\S+) is not set: .+/.exec(line)?.[1])).toEqual([
      'registry.url',
      'license.installationId',
      'license.installationClientId',
      'license.installationClientSecret',
      'api.host',
      'api.authHost',
      'kafka.bootstrapServers',
      'redis.host',
      'sessionKeys.existingSecret',
    ]);
  });

  it('asks for no more than what is installed needs', async () => {
    const { registry, license, api } = leastValues;
    const objects = await helm.render('data-connectors-agent', { registry, license, api });
    expect(podsOf(objects).map(({ app }) => app)).toEqual(['data-connectors-agent']);
  });

  it.each<[string, Values, RegExp]>([
    [
      'a misspelt name',
      { components: { eventGateway: { replcas: 3 } } },
      /components\/eventGateway.*'replcas' not allowed/,
    ],
    [
      'a number as a text',
      { components: { eventGateway: { replicas: 'three' } } },
      /replicas': got string, want integer/,
    ],
    [
      'a protocol that does not exist',
      { globalKafkaSecurityConfig: { securityProtocol: 'TLS' } },
      /must be one of 'PLAINTEXT'/,
    ],
    [
      'resources of a part that is not there',
      { components: { eventGateway: { resources: { envoy: {} } } } },
      /resources.*'envoy' not allowed/,
    ],
    [
      'a digest that is none',
      { components: { eventGateway: { image: { digest: 'latest' } } } },
      /does not match pattern/,
    ],
    ['a Kafka of its own', { kafka: { enabled: true } }, /kafka\/enabled': value must be false/],
    [
      'an id that is none',
      { license: { installationId: 'mine' } },
      /installationId is not the id of an installation/,
    ],
    [
      'a login without a login',
      { globalKafkaSecurityConfig: { enabled: true } },
      /saslJaasConfig is not set/,
    ],
    [
      'sentinels without a primary',
      { redis: { host: 'redis', mode: 'sentinel' } },
      /redis.primary is not set/,
    ],
    [
      'a proxy whose port nobody has said, where ports are closed',
      { proxy: { existingSecret: 'proxy' } },
      /controlPlanePorts is not set/,
    ],
    [
      'session keys that are given twice',
      { sessionKeys: { existingSecret: 'a', lookupSecret: 'b' } },
      /given twice/,
    ],
  ])('refuses %s', async (_, values, problem) => {
    expect(await refused(values)).toMatch(problem);
  });

  it('takes a values file of the public chart, as far as it has the parts', async () => {
    const objects = await helm.render('strm', {
      ...leastValues,
      redis: {},
      prometheus: { enabled: false },
      postgresql: { enabled: false, auth: { username: 'x' } },
      components: {
        batchJobAgent: { enabled: false, image: { version: 'v1.28.0' } },
        webSocket: { enabled: false },
        eventGateway: { configuration: { redisHost: 'old-redis', redisPassword: 'secret-of-redis' } },
        streamsAgent: { configuration: { redisSecret: { name: 'old', key: 'pw' } } },
      },
    });
    const gateway = podsOf(objects).find(({ app }) => app === 'event-gateway');
    expect(gateway?.env).toContainEqual({ name: 'STRM_REDIS_HOST', value: 'old-redis' });
    expect(gateway?.env).toContainEqual({
      name: 'STRM_REDIS_PASSWORD',
      valueFrom: { secretKeyRef: { name: 'old', key: 'pw' } },
    });
  });

  it('makes everything in the namespace of the release, but for policies', () => {
    for (const { objects } of each()) {
      const elsewhere = objects
        .filter(({ metadata }) => metadata.namespace !== 'ours')
        .map(({ kind }) => kind);
      expect([...new Set(elsewhere)]).toEqual([
        'ValidatingAdmissionPolicy',
        'ValidatingAdmissionPolicyBinding',
      ]);
    }
  });

  it('shows secrets in Secrets alone', () => {
    for (const { objects } of each()) {
      for (const object of objects.filter(({ kind }) => kind !== 'Secret')) {
        const text = JSON.stringify(object);
        const shown = secretTexts.filter((secret) =>
          [secret, Buffer.from(secret).toString('base64').replace(/=+$/, '')].some((form) =>
            text.includes(form),
          ),
        );
        expect({ name: object.metadata.name, shown }).toEqual({ name: object.metadata.name, shown: [] });
      }
    }
    const secrets = most.filter(({ kind }) => kind === 'Secret').map(({ metadata }) => metadata.name);
    expect(secrets.toSorted()).toEqual([
      'installation-credentials',
      'installation-proxy',
      'kafka-security-config',
      'redis-password',
      'session-keys',
      'strmprivacy-docker-registry',
    ]);
  });

  it('lets each agent do what it needs, and nothing else', () => {
    const ruleSchema = z.object({
      rules: z.array(
        z.object({
          apiGroups: z.array(z.string()),
          resources: z.array(z.string()),
          resourceNames: z.array(z.string()).optional(),
          verbs: z.array(z.string()),
        }),
      ),
    });
    const rights = Object.fromEntries(
      most
        .filter(({ kind }) => kind === 'Role')
        .map((role) => [
          role.metadata.name,
          ruleSchema
            .parse(role)
            .rules.map(
              ({ resources, resourceNames, verbs }) =>
                `${resources.join()}${resourceNames ? `/${resourceNames.join()}` : ''}: ${verbs.join(' ')}`,
            ),
        ]),
    );
    const ofAll = (agent: string) => [
      'leases: create',
      `leases/${agent}: get update`,
      'configmaps: get list watch create update delete',
    ];
    const ofWorkloads = ['deployments: get list watch create patch delete', 'pods: list watch'];
    expect(rights).toEqual({
      'streams-agent': [...ofAll('streams-agent'), ...ofWorkloads],
      'exporters-agent': [...ofAll('exporters-agent'), ...ofWorkloads, 'pods/log: get'],
      'data-connectors-agent': [...ofAll('data-connectors-agent'), 'secrets: create update delete'],
    });
    expect(most.filter(({ kind }) => kind.startsWith('Cluster'))).toEqual([]);
  });

  describe('images', () => {
    const imagesWith = async (values: Values): Promise<Record<string, string | undefined>> => {
      const objects = await helm.render('strm', { ...leastValues, ...values });
      return Object.fromEntries([
        ...podsOf(objects).map(({ app, spec }) => [app, spec.containers[0]?.image]),
        ...Object.entries(workersOf(objects)).map(([app, { image }]) => [app, image]),
      ]) as Record<string, string | undefined>;
    };
    const expected = (toImage: (name: string) => string) =>
      Object.fromEntries(
        ['event-gateway', ...agents, 'decrypter', 'batch-exporter'].map((app) => [
          app,
          toImage(imageNames[app as keyof typeof imageNames]),
        ]),
      );

    it('are at the place that the registry has them', async () => {
      const url = 'europe-west4-docker.pkg.dev';
      expect(await imagesWith({ registry: { url } })).toEqual(
        expected((name) => `${url}/stream-machine-production/docker-public/${name}:0.1.0`),
      );
      expect(await imagesWith({})).toEqual(
        expected((name) => `registry.example/${name.replaceAll('/', '_')}:0.1.0`),
      );
      const aws = '709825985650.dkr.ecr.us-east-1.amazonaws.com/strm-privacy';
      const last = (name: string) => name.slice(name.lastIndexOf('/') + 1);
      const license = { ...(leastValues['license'] as object), installationType: 'AWS_MARKETPLACE' };
      expect(await imagesWith({ license })).toEqual(expected((name) => `${aws}/${last(name)}:0.1.0`));
      expect(await imagesWith({ license: { ...license, installationType: 'AWS_MARKETPLACE_PAYG' } })).toEqual(
        expected((name) => `${aws}/${last(name)}-payg:0.1.0`),
      );
    });

    it('are named by digest where one is given', () => {
      const exporters = podsOf(most).find(({ app }) => app === 'exporters-agent');
      expect(exporters?.spec.containers[0]?.image).toBe(
        `registry.example:5000/management_entity-agents_batch-exporters-agent@sha256:${'a'.repeat(64)}`,
      );
    });
  });
});
