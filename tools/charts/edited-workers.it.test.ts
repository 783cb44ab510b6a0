import type { Cluster, WorkloadSpec } from '@ccd/cluster';
import { eventually, scratchDir } from '@ccd/testkit';
import { describeWithServers, startKubernetes, useServer } from '@ccd/testkit/servers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { attacks } from './testing/attacks.ts';
import { connectAs } from './testing/connect-as.ts';
import { additions, mixtures, unnamedFields } from './testing/edits.ts';
import type { Edit } from './testing/edits.ts';
import { openHelm } from './testing/helm.ts';
import type { KubernetesObject, Values } from './testing/helm.ts';
import { placementAttacks } from './testing/placement-attacks.ts';
import { mostValues } from './testing/values.ts';
import type { Worker } from './testing/worker.ts';

const agent = 'streams-agent';
const componentsSchema = z.looseObject({
  streamsAgent: z.looseObject({
    decrypter: z.looseObject({
      affinity: z.looseObject({ podAntiAffinity: z.unknown() }),
      nodeSelector: z.record(z.string(), z.string()),
    }),
  }),
});

describeWithServers(
  ['helm', 'kubernetes'],
  'a worker that somebody has edited, and its agent under its policy',
  () => {
    const folder = scratchDir();
    const helm = openHelm(folder);
    const server = useServer(() => startKubernetes());
    const open: (() => Promise<void>)[] = [];
    let namespace: string;
    let objects: readonly KubernetesObject[];
    let cluster: Cluster;
    let count = 0;
    let spec: WorkloadSpec;
    let uid: string;
    const toSpec = (name: string): WorkloadSpec => ({
      name,
      app: 'decrypter',
      labels: { 'ccd/agent': agent },
      annotations: {},
      env: {},
      files: { 'task.json': '{}' },
      secrets: [],
      hash: 'one',
    });
    const toNewer = (): WorkloadSpec => ({ ...spec, files: { 'task.json': '{"a":1}' }, hash: 'two' });

    const release = async (verb: 'install' | 'upgrade', values: Values): Promise<void> => {
      const chart = await helm.chart('strm');
      await helm.run([verb, 'test', chart, '-n', namespace, '--kubeconfig', server().kubeconfig], values);
      objects = await helm.render('strm', values, namespace);
    };
    const start = async (): Promise<Cluster> => {
      const connected = await connectAs({ server: server(), namespace, objects, folder }, agent);
      open.push(() => connected.close());
      const leadership = connected.lead(agent);
      open.push(() => leadership.stop());
      await eventually('the Lease', () => leadership.isHeld());
      return connected;
    };
    const stop = async (): Promise<void> => {
      for (const close of open.splice(0).toReversed()) await close();
    };
    const patch = (...args: readonly string[]): Promise<string> =>
      server().kubectl(['patch', 'deployment', spec.name, '-n', namespace, ...args]);
    /** What the policy says of a write of the agent that leaves everything else where it is. */
    const refusal = async (): Promise<string | undefined> => {
      const env = [{ name: 'CACHE_DIR', value: '/tmp/other' }];
      const change = { spec: { template: { spec: { containers: [{ name: 'decrypter', env }] } } } };
      const as = `--as=system:serviceaccount:${namespace}:${agent}`;
      try {
        await patch(as, '--dry-run=server', '--patch', JSON.stringify(change));
        return undefined;
      } catch (error) {
        return String(error);
      }
    };
    const editOnce = async (change: Edit): Promise<true> => {
      const text = await server().kubectl(['get', 'deployment', spec.name, '-n', namespace, '-o', 'json']);
      const worker = JSON.parse(text) as Worker;
      const { spec: pod } = worker.spec.template;
      const [container] = pod.containers;
      change(pod, container, worker);
      // Its name is not to be edited.
      worker.metadata.name = spec.name;
      await server().kubectl(['replace', '-f', '-'], JSON.stringify(worker));
      return true;
    };
    // Its controller writes it, too.
    const edit = (change: Edit): Promise<true> => eventually('the edit', () => editOnce(change));
    const make = async (): Promise<void> => {
      count += 1;
      spec = toSpec(`decrypter-${count}`);
      ({ uid } = await cluster.createWorkload(spec));
    };
    const isDrift = async (): Promise<boolean> => {
      const live = (await cluster.listWorkloads({})).find((each) => each.uid === uid);
      return live?.liveHash !== live?.appliedHash;
    };

    beforeAll(async () => {
      namespace = await server().namespace();
      await release('install', mostValues);
      cluster = await start();
      await make();
      await eventually('the policy holds', async () => {
        const as = `--as=system:serviceaccount:${namespace}:${agent}`;
        const change = JSON.stringify({ spec: { replicas: 2 } });
        return patch(as, '--dry-run=server', '--patch', change).then(
          () => false,
          (error: unknown) => String(error).includes('nothing from its node'),
        );
      });
    }, 120_000);
    afterAll(stop);
    beforeEach(make);
    it('has edits of each field of a container that the policy does not name', async () => {
      const policy = objects.find(
        ({ kind, metadata }) => kind === 'ValidatingAdmissionPolicy' && metadata.name.endsWith(agent),
      );
      const named = /dyn\(variables\.container\)\.all\(f, f in \[(?<fields>[^\]]*)\]\)/.exec(
        JSON.stringify(policy),
      );
      const fields = [...(named?.groups?.['fields'] ?? '').matchAll(/'(?<field>\w+)'/g)].map(
        (match) => match.groups?.['field'],
      );
      const schema = z
        .object({ components: z.object({ schemas: z.record(z.string(), z.unknown()) }) })
        .parse(JSON.parse(await server().kubectl(['get', '--raw', '/openapi/v3/apis/apps/v1'])));
      const container = z
        .object({ properties: z.record(z.string(), z.unknown()) })
        .parse(schema.components.schemas['io.k8s.api.core.v1.Container']);
      expect(fields).toContain('image');
      expect(Object.keys(unnamedFields).toSorted()).toEqual(
        Object.keys(container.properties)
          .filter((field) => !fields.includes(field))
          .toSorted(),
      );
    });

    describe('is put right where the policy would let its agent write no more', () => {
      const edits = [
        ...[...attacks, ...placementAttacks].map(({ title, change }) => [title, change] as const),
        ...Object.entries(unnamedFields).map(([field, change]) => [`the field ${field}`, change] as const),
        ...additions,
      ];
      it.each(edits)('with %s', async (_title, change) => {
        await edit(change);
        const refused = await refusal();
        expect({ refused, isSeen: refused === undefined || (await isDrift()) }).toEqual({
          refused,
          isSeen: true,
        });
        // The write that withdraws a purpose.
        await cluster.updateWorkload(toNewer(), uid);
        expect(await isDrift()).toBe(false);
      });
    });

    // Last: what comes after finds another release.
    describe('is put right where both a person and its template say where it runs and what it takes', () => {
      const { streamsAgent, ...others } = componentsSchema.parse(mostValues['components']);
      const { affinity, nodeSelector, ...rest } = streamsAgent.decrypter;
      const resources = { requests: { cpu: '100m' }, limits: { memory: '1Gi' } };
      it.each<[string, object]>([
        [
          'something else since',
          {
            ...rest,
            resources,
            nodeSelector: { ...nodeSelector, disk: 'nvme' },
            affinity: { podAntiAffinity: affinity.podAntiAffinity },
          },
        ],
        ['nothing any more', { ...rest, resources }],
      ])('and that says %s', async (_title, decrypter) => {
        for (const change of mixtures) await edit(change);
        await stop();
        await release('upgrade', {
          ...mostValues,
          components: { ...others, streamsAgent: { ...streamsAgent, decrypter } },
        });
        cluster = await start();
        // Until the policy is the new one.
        await eventually('the write by the new template', () =>
          cluster.updateWorkload(toNewer(), uid).then(
            () => true,
            () => false,
          ),
        );
        expect(await isDrift()).toBe(false);
        expect(await refusal()).toBeUndefined();
      });
    });
  },
);
