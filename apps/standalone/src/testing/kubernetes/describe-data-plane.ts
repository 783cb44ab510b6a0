import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { version } from '@ccd/controlplane';
import { eventually, scaled, scratchDir } from '@ccd/testkit';
import { describeWithServers, isWrite } from '@ccd/testkit/servers';
import type { ServerKind } from '@ccd/testkit/servers';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startServerSet } from '../engines/server-set.ts';
import type { ServerSet } from '../engines/server-set.ts';
import { createContract } from '../entities.ts';
import { createLedger } from '../faults/ledger.ts';
import { checkScene, scene, setScene, topicsOf } from '../faults/scene.ts';
import type { StreamIds } from '../faults/scene.ts';
import { sendLoad } from '../faults/send-load.ts';
import { installDataPlane } from './data-plane.ts';
import type { DataPlane } from './data-plane.ts';
import type { Audit, InstallCluster } from './install-cluster.ts';
import { isLook } from './is-look.ts';
import { shownComponents } from './shown-states.ts';
import { spoilWorkers } from './spoil-workers.ts';
import { buildApps } from '../processes/build-apps.ts';
import { createLauncher } from '../processes/launcher.ts';
import type { Sender } from '../send-events.ts';

const contract = 'my-organisation/visit/1.0.0';
const events = 300;
const settleMs = 180_000;
/** Five seconds on a quiet machine; here two cores have everything to do. */
const backWithinMs = 15_000;
/** A decrypter, an exporter for each of three streams, and one for keys. */
const workersOfScene = 5;
/** Some thirty polls. */
const unchangedMs = 30_000;
const apps = [
  ...['event-gateway', 'streams-agent', 'data-connectors-agent', 'exporters-agent'],
  ...['decrypter', 'batch-exporter'],
];
/** Those that the control plane knows, in its own words. */
const components = ['EVENT_GATEWAY', 'STREAMS_AGENT', 'DATA_CONNECTORS_AGENT', 'BATCH_EXPORTERS_AGENT'];

/** Servers that run beside the cluster. */
const beside = ['helm', 'kafka', 'redis', 'postgres', 's3'] as const satisfies readonly ServerKind[];

/**
 * The spine on a cluster, from what a person asks for to objects, and back to nothing.
 * @param needs servers that the cluster needs
 */
export function describeDataPlane(
  title: string,
  needs: readonly ServerKind[],
  startCluster: (folder: string, apps: readonly string[]) => Promise<InstallCluster>,
): void {
  describeWithServers([...needs, ...beside], title, () => {
    const launcher = createLauncher();
    const ledger = createLedger(contract);
    const stops: (() => unknown)[] = [];
    let cluster: InstallCluster;
    let engines: ServerSet;
    let dataPlane: DataPlane;
    let ids: StreamIds;
    let sender: Sender;
    let installed: string;
    let sinceThen: number;
    // Before the scratch folder goes.
    afterAll(async () => {
      for (const stop of stops.toReversed()) await stop();
    }, 300_000);
    const scratch = scratchDir();

    beforeAll(async () => {
      const programs = await buildApps(join(scratch, 'dist'), ['control-plane']);
      cluster = await startCluster(scratch, apps);
      stops.push(() => cluster.stop());
      engines = await startServerSet(1, cluster);
      stops.push(
        () => engines.stop(),
        () => launcher.stop(),
      );
      dataPlane = await installDataPlane({ folder: scratch, cluster, programs, launcher, engines });
      installed = await objects();
      sinceThen = (await cluster.audit?.mark()) ?? 0;
    }, 600_000);

    const get = (...args: readonly string[]): Promise<string> =>
      cluster.kubectl(['--namespace', dataPlane.namespace, 'get', ...args]);

    /** What agents could have made, by kind and name; their own documents, and Helm's, are not meant. */
    async function objects(): Promise<string> {
      const names = await get('deployments,jobs,configmaps,secrets,services', '-o', 'name');
      return names
        .split('\n')
        .filter((name) => !/^(?:configmap\/ccd-|secret\/sh\.helm\.)/.test(name))
        .toSorted()
        .join('\n');
    }

    /** Names of the Deployments that agents made. */
    async function workers(): Promise<readonly string[]> {
      const names = await get('deployments', '-l', 'app.kubernetes.io/managed-by=ccd', '-o', 'name');
      return names
        .split('\n')
        .filter((name) => name !== '')
        .map((name) => name.replace(/.*\//, ''))
        .toSorted();
    }

    /** Of everything that agents could have written. */
    const versions = (): Promise<string> =>
      get('deployments,configmaps,secrets', '-o', 'jsonpath={.items[*].metadata.resourceVersion}');

    const agents = (): string => `system:serviceaccount:${dataPlane.namespace}:`;

    /** Of the objects with which agents did something since the installation. */
    async function namesOf(
      { since }: Audit,
      verb: string,
      resource: string,
    ): Promise<readonly (string | undefined)[]> {
      const found = (await since(sinceThen)).filter(
        (event) => event.verb === verb && event.resource === resource && event.user.startsWith(agents()),
      );
      expect(found.map(({ code }) => code).filter((code) => code === undefined || code >= 300)).toEqual([]);
      return [...new Set(found.map(({ name }) => name))].toSorted();
    }

    /** Everything that was sent is where it belongs. */
    async function settled(): Promise<void> {
      const problems = () => checkScene(engines.outside, ids, ledger);
      const isDone = async () => (await problems()).length === 0;
      await eventually('an end of all work', isDone, settleMs, 1_000).catch(() => {});
      expect((await problems()).slice(0, 10)).toEqual([]);
    }

    it('makes pods of what a person asks for, and takes events to objects, each once and in order', async () => {
      await createContract(dataPlane.strm, scratch, contract);
      ({ ids, sender } = await setScene(dataPlane, scratch, engines.bucket, ledger));
      const load = sendLoad({ sender, ledger, width: 4 });
      await eventually('the events are accepted', () => ledger.accepted() >= events, settleMs);
      await load.stop();
      await settled();
      expect(await workers()).toHaveLength(workersOfScene);
      if (cluster.audit !== undefined)
        expect(await namesOf(cluster.audit, 'create', 'deployments.apps')).toEqual(await workers());
    }, 600_000);

    it('writes nothing while nothing changes', async () => {
      const { audit } = cluster;
      // Without it, what its objects say of when they were changed.
      if (audit === undefined) {
        const before = await versions();
        await setTimeout(unchangedMs);
        expect(await versions()).toBe(before);
        return;
      }
      const polls = scaled(100);
      const mark = await audit.mark();
      const looks = async () =>
        (await audit.since(mark)).filter(
          (event) => isLook(event) && event.user === `${agents()}streams-agent`,
        );
      await eventually(`${polls} polls`, async () => (await looks()).length >= polls, settleMs, 500);
      const writes = (await audit.since(mark)).filter(
        (event) => isWrite(event) && event.user.startsWith(agents()),
      );
      expect(writes.filter(({ resource }) => resource !== 'leases.coordination.k8s.io')).toEqual([]);
    }, 200_000);

    it('says which components run, and in which version', async () => {
      const shown = await shownComponents(dataPlane.strm, dataPlane.installationId);
      expect(
        shown.map(({ component, state, message }) => `${component} ${state} ${message}`).toSorted(),
      ).toEqual(components.map((component) => `${component} RUNNING version ${version}`).toSorted());
    });

    it('says why a worker does not get on, and that it does once that is put right', async () => {
      await spoilWorkers({ dataPlane, folder: scratch, bucket: engines.bucket, tag: cluster.tags[0] });
    }, 900_000);

    it('puts back what somebody changes by hand', async () => {
      const name = (await workers()).find((each) => each.startsWith('decrypter-')) ?? '';
      const deployment = ['--namespace', dataPlane.namespace, 'deployment', name];
      const read = (path: string) =>
        cluster.kubectl(['get', ...deployment, '-o', `jsonpath=${path}`, '--ignore-not-found']);
      const isBack = (what: string, path: string, text: string) =>
        eventually(what, async () => (await read(path)) === text, backWithinMs, 100);
      const uid = await read('{.metadata.uid}');

      await cluster.kubectl(['scale', ...deployment, '--replicas=3']);
      await isBack('one replica', '{.spec.replicas}', '1');
      await cluster.kubectl(['set', 'env', ...deployment, 'EVENTLOG_ENGINE=embedded']);
      const engine = "{.spec.template.spec.containers[0].env[?(@.name=='EVENTLOG_ENGINE')].value}";
      await isBack('the setting', engine, 'kafka');
      expect(await read('{.metadata.uid}')).toBe(uid);
      await cluster.kubectl(['delete', ...deployment]);
      await eventually(
        'another one in its place',
        async () => !['', uid].includes(await read('{.metadata.uid}')),
        backWithinMs,
        100,
      );
    }, 120_000);

    it('goes to another version and back while events flow, with nothing lost and nothing twice', async () => {
      const pods = ['--namespace', dataPlane.namespace, 'get', 'pods', '-o'];
      const isOf = async (hasTag: (image: string) => boolean): Promise<boolean> => {
        const images = await cluster.kubectl([...pods, 'jsonpath={.items[*].spec.containers[*].image}']);
        return images.split(' ').every(hasTag);
      };
      const [, other] = cluster.tags;
      const isOther = (image: string): boolean => image.endsWith(`:${other}`);
      const load = sendLoad({ sender, ledger, width: 2 });
      const accepts = (what: string) => {
        const soFar = ledger.accepted();
        return eventually(`events are accepted ${what}`, () => ledger.accepted() >= soFar + 50, settleMs);
      };
      try {
        await accepts('before');
        await dataPlane.upgrade(other);
        await eventually('all pods are of the other version', () => isOf(isOther), settleMs, 500);
        await accepts('by the other version');
        await dataPlane.release.rollback();
        await eventually('all are of the first again', () => isOf((image) => !isOther(image)), settleMs, 500);
        await accepts('by the first version');
      } finally {
        await load.stop();
      }
      await settled();
    }, 900_000);

    it('removes exactly what it made, when a person deletes it', async () => {
      await dataPlane.strm('delete', 'stream', scene.source, '--recursive');
      await dataPlane.strm('delete', 'data-connector', scene.connector);
      await eventually('all is removed', async () => (await objects()) === installed, settleMs, 500);
      const topics = topicsOf(ids);
      await eventually(
        'the topics are removed',
        async () => !(await engines.outside.topicNames()).some((name) => topics.includes(name)),
        settleMs,
        500,
      );
      if (cluster.audit === undefined) return;
      for (const resource of ['deployments.apps', 'secrets'])
        expect(await namesOf(cluster.audit, 'delete', resource)).toEqual(
          await namesOf(cluster.audit, 'create', resource),
        );
    }, 400_000);

    it('has read no Secret for all that', async () => {
      // Where nobody can tell, the Roles of the chart have to do.
      if (cluster.audit === undefined) return;
      const asked = (await cluster.audit.since(0))
        .filter(({ resource, user }) => resource === 'secrets' && user.startsWith(agents()))
        .map(({ verb }) => verb);
      expect(asked).toContain('create');
      expect(asked.filter((verb) => !['create', 'update', 'delete'].includes(verb))).toEqual([]);
    });

    it('leaves nothing of its release, in the namespace or beside it, once that is uninstalled', async () => {
      const { namespace, release } = dataPlane;
      const manifest = await release.manifest();
      const there = async () => {
        const get = ['--namespace', namespace, 'get', '--ignore-not-found', '-o', 'name', '-f', '-'];
        const names = await cluster.kubectl(get, manifest);
        return names.split('\n').filter((name) => name !== '');
      };
      const policies = ['streams-agent', 'data-connectors-agent', 'exporters-agent'].map(
        (agent) => `validatingadmissionpolicy.admissionregistration.k8s.io/${namespace}-${agent}`,
      );
      expect(await there()).toEqual(expect.arrayContaining(policies));
      await release.uninstall();
      expect(await there()).toEqual([]);
    }, 150_000);
  });
}
