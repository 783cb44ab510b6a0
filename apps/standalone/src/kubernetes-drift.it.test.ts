import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { uuidOf } from '@ccd/controlplane/testing';
import { eventually, scratchDir } from '@ccd/testkit';
import { describeWithServers, startKubernetes, useServer } from '@ccd/testkit/servers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writesOf } from './testing/kubernetes/check-writes.ts';
import {
  connectorOf,
  decrypterOf,
  exporterNameOf,
  exporterOf,
  streamsOf,
} from './testing/kubernetes/entities-of.ts';
import { checkFiles } from './testing/kubernetes/made-objects.ts';
import type { ClusterObject } from './testing/kubernetes/made-objects.ts';
import { startQuietRig } from './testing/kubernetes/quiet-rig.ts';
import type { QuietRig } from './testing/kubernetes/quiet-rig.ts';

/** What is promised; agents poll every ten minutes here, so that only their watch can wake them. */
const backWithinMs = 5_000;

describeWithServers('kubernetes', 'what somebody does to objects of agents by hand', () => {
  const scratch = scratchDir();
  const server = useServer(() => startKubernetes({ cluster: 'own' }));
  let rig: QuietRig;
  beforeAll(async () => {
    const folder = await mkdtemp(join(scratch, 'd-'));
    rig = await startQuietRig({ folder, server: server(), namespace: await server().namespace() });
    await rig.untilMade();
  }, 120_000);
  afterAll(() => rig.stop(), 60_000);

  const decrypter = decrypterOf(1);
  const kubectl = (...args: readonly string[]) => server().kubectl(['-n', rig.namespace, ...args]);
  const filesOf = async (name: string): Promise<ClusterObject> => {
    const owner = await rig.object('Deployment', name);
    const found = (await rig.objects()).find(
      ({ kind, metadata }) =>
        kind === 'ConfigMap' && metadata.ownerReferences.some(({ uid }) => uid === owner?.metadata.uid),
    );
    if (found === undefined) throw new Error(`${name} has no files`);
    return found;
  };
  /** Nothing has to be done any more, by agents and by controllers. */
  const untilQuiet = async (): Promise<void> => {
    const isQuiet = async () => {
      const mark = await server().auditMark();
      const looks = async () =>
        (await server().audit(mark)).filter(
          ({ verb, userAgent }) => verb === 'list' && userAgent === 'ccd-agent',
        );
      await kubectl('annotate', 'deployment', decrypter, `seen=${mark}`, '--overwrite');
      await eventually('the agents have looked', async () => (await looks()).length > 1);
      return writesOf(await server().audit(mark)).length === 0;
    };
    await eventually('an end of all work', isQuiet, 30_000, 100);
  };
  /** All that agents say of an object: what is compared. */
  const ours = (object: ClusterObject | undefined): unknown =>
    object && { labels: object.metadata.labels, spec: object.spec };

  const changes: readonly { readonly what: string; readonly args: readonly string[] }[] = [
    { what: 'scaled', args: ['scale', 'deployment', decrypter, '--replicas=3'] },
    { what: 'scaled to nothing', args: ['scale', 'deployment', decrypter, '--replicas=0'] },
    {
      what: 'given another image',
      args: ['set', 'image', 'deployment', decrypter, 'decrypter=evil:1'],
    },
    {
      what: 'given a program of its own',
      args: [
        ...['patch', 'deployment', decrypter, '--type=json', '-p'],
        '[{"op":"add","path":"/spec/template/spec/containers/0/command","value":["sh"]}]',
      ],
    },
    {
      what: 'given a second container, on the network of its node',
      args: [
        ...['patch', 'deployment', decrypter, '-p'],
        '{"spec":{"template":{"spec":{"hostNetwork":true,"containers":[{"name":"x","image":"evil:1"}]}}}}',
      ],
    },
    { what: 'robbed of the label of its agent', args: ['label', 'deployment', decrypter, 'ccd/agent-'] },
    {
      what: 'given to another agent by its label',
      args: ['label', 'deployment', decrypter, 'ccd/agent=theirs', '--overwrite'],
    },
    { what: 'robbed of the label of its pods', args: ['label', 'deployment', decrypter, 'ccd/workload-'] },
    {
      what: 'given another label of its pods',
      args: ['label', 'deployment', decrypter, 'ccd/workload=theirs', '--overwrite'],
    },
    {
      what: 'said to be managed by somebody else',
      args: ['label', 'deployment', decrypter, 'app.kubernetes.io/managed-by=helm', '--overwrite'],
    },
  ];
  it.each(changes)('is back within five seconds where a Deployment is $what', async ({ args }) => {
    await untilQuiet();
    const before = await rig.object('Deployment', decrypter);
    await kubectl(...args);
    await eventually(
      'it is back',
      async () => {
        const now = await rig.object('Deployment', decrypter);
        expect([now?.metadata.uid, ours(now)]).toEqual([before?.metadata.uid, ours(before)]);
        return true;
      },
      backWithinMs,
      50,
    );
  });

  it.each(['background', 'foreground', 'orphan'])(
    'is back within five seconds, with its files, where a Deployment is deleted (%s)',
    async (cascade) => {
      await untilQuiet();
      const before = await rig.object('Deployment', decrypter);
      await kubectl('delete', 'deployment', decrypter, `--cascade=${cascade}`);
      await eventually(
        'another one in its place',
        async () => {
          const now = await rig.object('Deployment', decrypter);
          return (
            now !== undefined &&
            now.metadata.uid !== before?.metadata.uid &&
            checkFiles(await rig.objects()).length === 0
          );
        },
        backWithinMs,
        50,
      );
    },
  );

  it.each(['removed', 'changed'])('gives a ConfigMap its label back that somebody has %s', async (done) => {
    await untilQuiet();
    const { metadata } = await filesOf(decrypter);
    await kubectl(
      'label',
      'configmap',
      metadata.name,
      `ccd/workload${done === 'removed' ? '-' : '=x'}`,
      '--overwrite',
    );
    await eventually(
      'the label is back',
      async () =>
        (await rig.object('ConfigMap', metadata.name))?.metadata.labels['ccd/workload'] === decrypter,
      backWithinMs,
      50,
    );
    await untilQuiet();
  });

  it('is back within five seconds where the files of a Deployment are deleted', async () => {
    await untilQuiet();
    const { metadata } = await filesOf(decrypter);
    await kubectl('delete', 'configmap', metadata.name);
    await eventually(
      'other files in their place',
      async () => (await filesOf(decrypter)).metadata.uid !== metadata.uid,
      backWithinMs,
      50,
    );
  });

  describe('of a Secret', () => {
    const name = `data-connector-${uuidOf(1)}`;
    const location = () =>
      kubectl('get', 'secret', name, '-o', 'jsonpath={.data.location}', '--ignore-not-found');

    it('is back within five seconds where it is deleted', async () => {
      await untilQuiet();
      const before = await location();
      await kubectl('delete', 'secret', name);
      await eventually('it is back', async () => (await location()) === before, backWithinMs, 50);
    });

    it('is back after ten minutes where it is edited: its agent may not read it, and looks so often', async () => {
      await untilQuiet();
      const before = await location();
      await kubectl('patch', 'secret', name, '-p', '{"data":{"location":"dGhlaXJz"}}');
      rig.clock.forward(600_000);
      await kubectl('annotate', 'configmap', name, 'poke=now', '--overwrite');
      await eventually('it is back', async () => (await location()) === before, 30_000, 50);
    });
  });

  it('is left alone where it concerns fields that are not ours', async () => {
    await untilQuiet();
    const patch = {
      metadata: { labels: { theirs: '1' }, annotations: { theirs: '1' } },
      spec: { minReadySeconds: 1, template: { metadata: { annotations: { restarted: 'now' } } } },
    };
    const mark = await server().auditMark();
    await kubectl('patch', 'deployment', decrypter, '--field-manager=theirs', '-p', JSON.stringify(patch));
    await untilQuiet();
    expect(await rig.object('Deployment', decrypter)).toMatchObject(patch);
    expect(writesOf(await server().audit(mark))).toEqual([]);
  });

  describe('a foreign object of the name of one that should be', () => {
    it.each([
      {
        ...{ kind: 'Deployment', name: decrypterOf(3), entity: 'source 3' },
        wanted: { streams: [1, 2, 3].flatMap(streamsOf) },
      },
      {
        ...{ kind: 'Deployment', name: exporterNameOf(4), entity: 'exporter 4' },
        wanted: { batchExporters: [1, 2, 4].map((number) => exporterOf(number)) },
      },
      {
        ...{ kind: 'Secret', name: `data-connector-${uuidOf(5)}`, entity: 'connector 5' },
        wanted: { dataConnectors: [1, 2, 5].map(connectorOf) },
      },
    ])('is left alone, and reported: $kind $name', async ({ kind, name, entity, wanted }) => {
      const { controlPlane, namespace } = rig;
      const selector = { matchLabels: { theirs: '1' } };
      const containers = [{ name: 'theirs', image: 'theirs:1' }];
      const theirs = {
        ...(kind === 'Deployment'
          ? {
              apiVersion: 'apps/v1',
              spec: { selector, template: { metadata: { labels: { theirs: '1' } }, spec: { containers } } },
            }
          : { apiVersion: 'v1', stringData: { theirs: '1' } }),
        kind,
        metadata: { name, namespace, labels: { 'ccd/agent': 'streams-agent' } },
      };
      await server().kubectl(['apply', '-f', '-'], JSON.stringify(theirs));
      const before = await rig.object(kind, name);
      const mark = await server().auditMark();
      rig.desire(wanted);
      // Something has to wake the agents, whose next look is ten minutes away.
      await kubectl('annotate', 'deployment', decrypter, `poke=${mark}`, '--overwrite');
      await kubectl('annotate', 'configmap', `data-connector-${uuidOf(1)}`, `poke=${mark}`, '--overwrite');
      const report = await eventually('the report', () =>
        controlPlane.entityStates.findLast(
          ({ name: of, message }) => of === entity && message.startsWith('ForeignObject'),
        ),
      );
      expect(report).toMatchObject({ status: 'UNHEALTHY' });
      await untilQuiet();
      const after = await rig.object(kind, name);
      expect([after?.metadata.uid, ours(after)]).toEqual([before?.metadata.uid, ours(before)]);
      expect(writesOf(await server().audit(mark)).filter((event) => event.name === name)).toEqual([]);
    });
  });
});
