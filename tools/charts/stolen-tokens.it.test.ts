import { eventually, scratchDir } from '@ccd/testkit';
import { describeWithServers, startKubernetes, useServer } from '@ccd/testkit/servers';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { openHelm } from './testing/helm.ts';
import type { KubernetesObject } from './testing/helm.ts';
import { stealToken, waysTo } from './testing/thief.ts';
import type { Attempt, Reply, Thief } from './testing/thief.ts';
import { mostValues } from './testing/values.ts';
import { toWorker } from './testing/worker.ts';

const agents = ['streams-agent', 'data-connectors-agent', 'exporters-agent'] as const;
const password = 'what nobody else may know';
/** Foreign ones, with more and more that looks like ours. */
const foreign = ['foreign', 'data-connector-foreign', 'data-connector-relabelled'];

describeWithServers(['helm', 'kubernetes'], 'a stolen token of an agent', () => {
  const helm = openHelm(scratchDir());
  const server = useServer(() => startKubernetes());
  const thieves = new Map<string, Thief>();
  let namespace: string;
  let objects: readonly KubernetesObject[];

  const secret = (name: string, type = 'Opaque', labels = {}) => ({
    ...{ apiVersion: 'v1', kind: 'Secret', type },
    metadata: { name, namespace, labels },
    stringData: { password },
  });
  const secretsPath = (): string => `/api/v1/namespaces/${namespace}/secrets`;
  const attempt = async (agent: string, { path, ...rest }: Attempt): Promise<Reply> => {
    const thief = thieves.get(agent);
    if (thief === undefined) throw new Error(`nobody has the token of ${agent}`);
    return thief({ ...rest, path: `${secretsPath()}${path}` });
  };
  const shows = ({ text }: Reply): boolean =>
    text.includes(password) || text.includes(Buffer.from(password).toString('base64'));
  /** All foreign Secrets as they are. */
  const world = async (): Promise<string> =>
    server().kubectl(['get', 'secrets', '-n', namespace, ...foreign, '-o', 'json']);

  beforeAll(async () => {
    namespace = await server().namespace({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    objects = await helm.render('strm', mostValues, namespace);
    const relabelled = { 'app.kubernetes.io/managed-by': 'ccd', 'ccd/agent': 'data-connectors-agent' };
    const items = [
      ...objects,
      secret('foreign'),
      secret('data-connector-foreign'),
      secret('data-connector-relabelled', 'Opaque', relabelled),
      secret('data-connector-own', 'ccd/secret', relabelled),
    ];
    await server().kubectl(
      ['apply', '--server-side', '-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
    );
    for (const agent of agents) thieves.set(agent, await stealToken(server(), namespace, agent));
    await eventually('the policies hold', async () => {
      const { text } = await attempt('data-connectors-agent', {
        ...{ title: '', method: 'DELETE', path: '/foreign?dryRun=All' },
        body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background', dryRun: ['All'] },
      });
      return text.includes('Secrets of data connectors alone');
    });
  }, 120_000);

  describe.each(agents)('of %s', (agent) => {
    it.each(waysTo('*').map(({ title }, at) => ({ title, at })))(
      'neither shows nor changes a foreign Secret by $title',
      async ({ at }) => {
        const before = await world();
        for (const name of foreign) {
          const way = waysTo(name)[at];
          if (way === undefined) throw new Error('there is no such way');
          const reply = await attempt(agent, way);
          expect({ name, shows: shows(reply), refused: reply.code >= 400 }).toEqual({
            name,
            shows: false,
            refused: true,
          });
        }
        expect(await world()).toBe(before);
      },
    );

    it('makes no pod that mounts one', async () => {
      const template = {
        spec: {
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              ...{ name: 'x', image: 'evil.example/x' },
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
              volumeMounts: [{ name: 's', mountPath: '/s' }],
            },
          ],
          volumes: [{ name: 's', secret: { secretName: 'foreign' } }],
          restartPolicy: 'Never',
        },
      };
      const labelled = {
        metadata: { labels: { a: 'b' } },
        spec: { ...template.spec, restartPolicy: 'Always' },
      };
      const selector = { matchLabels: { a: 'b' } };
      const kinds: readonly (readonly [string, string, object])[] = [
        ['/api/v1', 'pods', template.spec],
        ['/api/v1', 'replicationcontrollers', { selector: { a: 'b' }, template: labelled }],
        ['/apis/apps/v1', 'deployments', { selector, template: labelled }],
        ['/apis/apps/v1', 'replicasets', { selector, template: labelled }],
        ['/apis/apps/v1', 'daemonsets', { selector, template: labelled }],
        ['/apis/apps/v1', 'statefulsets', { selector, serviceName: 'x', template: labelled }],
        ['/apis/batch/v1', 'jobs', { template }],
        ['/apis/batch/v1', 'cronjobs', { schedule: '* * * * *', jobTemplate: { spec: { template } } }],
      ];
      for (const [group, plural, spec] of kinds) {
        for (const name of ['decrypter-x', 'batch-exporter-x']) {
          const path = `${group}/namespaces/${namespace}/${plural}`;
          const reply = await thieves.get(agent)?.({
            method: 'POST',
            path,
            body: { metadata: { name }, spec },
          });
          expect({ plural, code: reply?.code }).toEqual({
            plural,
            code: plural === 'deployments' && agent !== 'data-connectors-agent' ? 422 : 403,
          });
        }
      }
    });
  });

  it.each([
    ['streams-agent', 'decrypter'],
    ['exporters-agent', 'batch-exporter'],
  ])('of %s mounts none in its own %s either', async (agent, app) => {
    const worker = toWorker(objects, agent, app, []);
    worker.spec.template.spec.volumes.push({ name: 's', secret: { secretName: 'foreign' } });
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments?dryRun=All`;
    const reply = await thieves.get(agent)?.({ method: 'POST', path, body: worker });
    expect(reply).toMatchObject({
      code: 422,
      text: expect.stringContaining('a worker has the volumes of its template'),
    });
  });

  it('of data-connectors-agent overwrites and removes the Secrets of connectors, and does not see what they hold', async () => {
    const replies = new Map<string, Reply>();
    for (const way of waysTo('data-connector-own').filter(({ title }) => title.endsWith('rehearsed')))
      replies.set(way.title, await attempt('data-connectors-agent', way));
    expect([...replies].filter(([, reply]) => shows(reply))).toEqual([]);
    expect([...replies].filter(([, { code }]) => code < 300).map(([title]) => title)).toEqual([
      'a replacement of our type, rehearsed',
      'a removal (Background), rehearsed',
    ]);
  });
});
