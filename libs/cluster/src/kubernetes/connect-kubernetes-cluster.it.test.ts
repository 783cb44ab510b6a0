import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '@ccd/testkit';
import { describeWithServers, isWrite, startKubernetes, useServer } from '@ccd/testkit/servers';
import { createWorkloadResources } from '../index.ts';
import type { Cluster, LiveWorkload } from '../port.ts';
import { describeApplierContract } from '@ccd/reconcile/testing';
import { describeClusterContract, secretSpec, workloadSpec } from '../testing/index.ts';
import { ownSecretsOn, ownWorkloadsOn } from '../testing/applier-harness.ts';
import { configMaps, deployments, jobs, leases, pods, secrets } from './client/resources.ts';
import { bareObjectSchema } from './client/object-schema.ts';
import { podSchema } from './status/pod-schema.ts';
import type { Manifest } from './template/manifest.ts';
import { parseTemplate } from './template/read-template.ts';
import { hastyElection } from '../testing/kubernetes/hasty-election.ts';
import { openRig } from '../testing/kubernetes/kubernetes-rig.ts';
import type { KubernetesRig } from '../testing/kubernetes/kubernetes-rig.ts';

jest.setTimeout(60_000);

/** As an administrator reads them. */
const wholeSecrets = { ...secrets, bare: false };

describeWithServers('kubernetes', 'connectKubernetesCluster', () => {
  const server = useServer(() => startKubernetes({ cluster: 'own' }));
  let rig: KubernetesRig;
  const openCluster = async (): Promise<Cluster> => {
    rig = await openRig(server());
    return rig.connect();
  };
  afterEach(() => rig.close());

  describeClusterContract('kubernetes, pods played', async () => {
    const cluster = await openCluster();
    return { cluster, release: rig.release, reopen: async () => rig.connect() };
  });
  describeApplierContract('workloads, kubernetes cluster', ownWorkloadsOn(openCluster));
  describeApplierContract('secrets, kubernetes cluster', ownSecretsOn(openCluster));

  describe('drift', () => {
    let cluster: Cluster;
    let created: LiveWorkload;
    const spec = workloadSpec('a', { secrets: ['s'] });
    const theWorkload = async (): Promise<LiveWorkload | undefined> =>
      (await cluster.listWorkloads({})).find(({ name }) => name === 'a');
    const drifted = async (): Promise<boolean> => {
      const live = await theWorkload();
      return live === undefined || live.liveHash !== live.appliedHash;
    };

    beforeEach(async () => {
      created = await (await openCluster()).createWorkload(spec);
      // As after a restart: nothing is known of our own writes.
      cluster = rig.connect();
    });

    it('is not seen in an object as we made it, whatever the API server adds', async () => {
      expect(await drifted()).toBe(false);
    });

    const inPod = (spec: object) => ({ spec: { template: { spec } } });
    const container = { name: 'decrypter', image: 'registry.example/events_decrypter:v1' };
    it.each<{ readonly done: string; readonly patch: object; readonly subresource?: string }>([
      { done: 'scaled', patch: { spec: { replicas: 3 } }, subresource: 'scale' },
      { done: 'given another image', patch: inPod({ containers: [{ ...container, image: 'evil:1' }] }) },
      { done: 'given other variables', patch: inPod({ containers: [{ ...container, env: [] }] }) },
      { done: 'given root', patch: inPod({ securityContext: { runAsNonRoot: false } }) },
      { done: 'robbed of an annotation', patch: { metadata: { annotations: { 'ccd/streams': null } } } },
      { done: 'robbed of our record', patch: { metadata: { annotations: { 'ccd/spec': null } } } },
    ])('is seen and repaired where somebody has $done', async ({ patch, subresource }) => {
      await rig.edit(deployments, 'a', patch, subresource);
      expect(await drifted()).toBe(true);
      const repaired = await cluster.updateWorkload(spec, created.uid);
      expect(repaired).toMatchObject({
        uid: created.uid,
        liveHash: 'hash-1',
        annotations: { 'ccd/streams': 'demo' },
      });
      cluster = rig.connect();
      expect(await drifted()).toBe(false);
    });

    it.each([
      ['are gone', undefined],
      ['are others now, under the same name, labels and owner', { 'streams.json': 'theirs' }],
    ])('is seen and repaired where the files %s', async (_title, data) => {
      const [files] = await rig.objects.list(configMaps, 'ccd/workload=a', (item) => item as Manifest);
      if (files === undefined) throw new Error('it has no files');
      const { name, labels = {}, ownerReferences = [] } = files.metadata;
      await rig.drop(configMaps, name);
      if (data !== undefined)
        await rig.objects.create(configMaps, { ...files, data, metadata: { name, labels, ownerReferences } });
      expect(await theWorkload()).toMatchObject({ staleness: 'FilesMissing' });
      await cluster.updateWorkload(spec, created.uid);
      expect(await drifted()).toBe(false);
      expect(await rig.objects.get(configMaps, name)).toMatchObject({ data: spec.files });
    });

    it('is what others have in fields of their own: left alone, also by an update', async () => {
      const patch = {
        metadata: { annotations: { theirs: '1' } },
        spec: {
          template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'now' } } },
          minReadySeconds: 1,
        },
      };
      await rig.edit(deployments, 'a', patch);
      expect(await drifted()).toBe(false);
      await cluster.updateWorkload({ ...spec, hash: 'hash-2' }, created.uid);
      expect(await rig.objects.get(deployments, 'a')).toMatchObject(patch);
      expect(await drifted()).toBe(false);
    });

    it('drops what a later spec no longer has', async () => {
      const newer = { ...spec, env: {}, secrets: [], labels: {}, files: {}, hash: 'hash-2' };
      await cluster.updateWorkload(newer, created.uid);
      const text = JSON.stringify(await rig.objects.get(deployments, 'a'));
      expect(text).toContain('"name":"ADMIN_PORT"');
      const spec2 = text.slice(text.indexOf('"spec":{"progress'));
      expect(spec2).not.toContain('"name":"STRM_STREAM"');
      expect(spec2).not.toContain('secret-s');
      expect(await rig.objects.listBare(configMaps, 'ccd/workload=a', (item) => item)).toEqual([]);
      expect(await drifted()).toBe(false);
    });

    it('is a template that has changed since', async () => {
      cluster = rig.connect({ template: parseTemplate('apps: { decrypter: { image: "r/d:2" } }', 'newer') });
      expect(await theWorkload()).toMatchObject({ staleness: 'TemplateChanged' });
      await cluster.updateWorkload(spec, created.uid);
      expect(await drifted()).toBe(false);
    });

    it('is noticed by a watch within seconds', async () => {
      let hints = 0;
      cluster.watch(() => (hints += 1));
      await cluster.listWorkloads({});
      await eventually('it watches', () => hints > 0);
      await eventually('it has calmed down', async () => (await theWorkload())?.status.state === 'running');
      hints = 0;
      await rig.edit(deployments, 'a', { spec: { replicas: 3 } });
      await eventually('it was told', () => hints > 0, 5_000);
    });

    it('is a Secret that somebody else has written, which is written again', async () => {
      const { uid } = await cluster.createSecret(secretSpec('s'));
      await rig.edit(secrets, 's', { data: { location: btoa('elsewhere') } });
      // As after a restart: it is not known when it was looked at.
      cluster = rig.connect();
      expect((await cluster.listSecrets({}))[0]?.appliedHash).toBeUndefined();
      await cluster.updateSecret(secretSpec('s'), uid);
      for (const each of [cluster, rig.connect()])
        expect(await each.listSecrets({})).toMatchObject([{ uid, appliedHash: 'hash-1' }]);
      expect(await rig.objects.get(wholeSecrets, 's')).toMatchObject({
        data: { location: btoa('{"type":"s3"}') },
      });
    });

    it('is a Secret that somebody has removed, as the removal of its marker tells', async () => {
      const { uid } = await cluster.createSecret(secretSpec('s'));
      await cluster.listSecrets({});
      let hints = 0;
      await eventually('it watches', async () => {
        cluster.watch(() => (hints += 1));
        return hints > 0;
      });
      hints = 0;
      await rig.drop(secrets, 's');
      await eventually('it was told', () => hints > 0);
      await eventually('it is gone', async () => (await cluster.listSecrets({})).length === 0);
      expect((await cluster.createSecret(secretSpec('s'))).uid).not.toBe(uid);
    });
  });

  it('leaves a foreign Secret as it is, whatever its labels say', async () => {
    const cluster = await openCluster();
    const labels = { ...secretSpec('s').labels, 'app.kubernetes.io/managed-by': 'ccd' };
    const theirs = { kind: 'Secret', type: 'Opaque', data: { location: btoa('theirs') } };
    await rig.objects.create(secrets, { apiVersion: 'v1', metadata: { name: 's', labels }, ...theirs });
    await expect(cluster.createSecret(secretSpec('s'))).rejects.toMatchObject({ foreign: true });
    expect(await rig.objects.get(wholeSecrets, 's')).toMatchObject(theirs);
    expect(await rig.objects.get(configMaps, 's')).toBeUndefined();
  });

  it('repairs a Secret of ours that lost its labels and its marker', async () => {
    const cluster = await openCluster();
    const { uid } = await cluster.createSecret(secretSpec('s'));
    await rig.edit(secrets, 's', { metadata: { labels: null } });
    await rig.drop(configMaps, 's');
    expect(await cluster.createSecret(secretSpec('s', { hash: 'hash-2' }))).toMatchObject({ uid });
    expect(await rig.objects.get(secrets, 's')).toMatchObject({
      metadata: { labels: secretSpec('s').labels },
    });
  });

  it('writes nothing in a hundred idle looks', async () => {
    const cluster = await openCluster();
    const state = cluster.agentState('agent');
    const labels = { 'ccd/agent': 'agent' };
    const { actual, applier } = createWorkloadResources({ cluster, agent: 'agent', labels }).workloads(
      'decrypter',
    );
    const kept = createWorkloadResources({ cluster, agent: 'other', labels }).secrets('connector');
    const signal = new AbortController().signal;
    const spec = workloadSpec('a');
    await applier.create({ key: { kind: 'decrypter', id: 'a' }, spec, hash: spec.hash }, signal);
    const secret = secretSpec('s');
    await kept.applier.create(
      { key: { kind: 'connector', id: 's' }, spec: secret, hash: secret.hash },
      signal,
    );
    await eventually('it runs', async () => (await cluster.listWorkloads({}))[0]?.status.state === 'running');
    const begun = (await server().audit()).length;
    for (let look = 0; look < 100; look += 1) {
      await actual.observe(signal);
      await kept.actual.observe(signal);
      await state.load('snapshot');
    }
    const mine = (await server().audit())
      .slice(begun)
      .filter(({ userAgent, namespace }) => userAgent === 'ccd-agent' && namespace === rig.namespace);
    expect(mine.length).toBeGreaterThan(100);
    expect(mine.filter((event) => isWrite(event) || event.resource === 'secrets')).toEqual([]);
  });

  it('lets one of two connections write, and the other once that one has gone', async () => {
    await openCluster();
    const [one, other] = [rig.connect(), rig.connect()];
    const first = one.lead('agent');
    await eventually('the first leads', first.isHeld);
    const second = other.lead('agent');
    await expect(other.createWorkload(workloadSpec('b'))).rejects.toThrow('does not hold the lease');
    await one.createWorkload(workloadSpec('a'));
    expect(second.isHeld()).toBe(false);
    await one.close();
    await eventually('the second leads', second.isHeld);
    await other.createWorkload(workloadSpec('b'));
    expect((await other.listWorkloads({})).map(({ name }) => name).sort()).toEqual(['a', 'b']);
  });

  it('lets a holder that stood still beyond its term write no more', async () => {
    await openCluster();
    const paused = rig.connect({ electionTimes: hastyElection });
    const stale = paused.lead('agent');
    await eventually('it leads', stale.isHeld);
    await paused.agentState('agent').save('guard', '1');
    // A process that stands still renews nothing: here the Lease moves on without it.
    await rig.edit(leases, 'agent', {
      spec: {
        holderIdentity: 'another',
        renewTime: '2026-01-01T00:00:00.000000Z',
        leaseDurationSeconds: 3_600,
      },
    });
    await eventually('it has noticed', () => !stale.isHeld());
    await expect(paused.createWorkload(workloadSpec('late'))).rejects.toThrow('does not hold the lease');
    await expect(paused.agentState('agent').save('guard', '2')).rejects.toThrow('does not hold the lease');
    expect(await paused.listWorkloads({})).toEqual([]);
  });

  it('says what hinders a pod, and that it runs once that has passed', async () => {
    const cluster = await openCluster();
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', plural: 'resourcequotas' };
    const manifest = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'small' },
      spec: { hard: { pods: '0' } },
    };
    await rig.objects.create(quota, manifest);
    await eventually('the quota counts', async () =>
      JSON.stringify(await rig.objects.get(quota, 'small')).includes('"used"'),
    );
    await cluster.createWorkload(workloadSpec('a'));
    const status = async () => (await cluster.listWorkloads({}))[0]?.status;
    await eventually('it is failing', async () => (await status())?.state === 'failing', 20_000);
    expect(await status()).toMatchObject({
      reason: 'QuotaExceeded',
      message: expect.stringContaining('small'),
    });
    await rig.edit(quota, 'small', { spec: { hard: { pods: '1' } } });
    await eventually('it runs', async () => (await status())?.state === 'running', 45_000);
  });

  it('shows how a pod fares by what the kubelet says of it', async () => {
    const cluster = await openCluster();
    await cluster.createWorkload(workloadSpec('a'));
    const name = await eventually('it has a pod', async () => {
      const [found] = await rig.objects.list(
        pods,
        undefined,
        (item) => bareObjectSchema.parse(item).metadata.name,
      );
      return found;
    });
    await eventually('it runs', async () => (await cluster.listWorkloads({}))[0]?.status.state === 'running');
    // A newer one, which says that it is ready, and that it is of this workload; nobody made it for that.
    const theirs = { name: 'theirs', labels: { 'ccd/workload': 'a', 'pod-template-hash': 'x' } };
    const spec = { containers: [{ name: 'theirs', image: 'theirs:1' }] };
    await rig.objects.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: theirs, spec });
    await eventually('theirs is ready', async () =>
      podSchema
        .parse(await rig.objects.get(pods, 'theirs'))
        .status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
    );
    await rig.edit(
      pods,
      name,
      {
        status: {
          conditions: [{ type: 'Ready', status: 'False' }],
          containerStatuses: [
            {
              name: 'decrypter',
              image: 'x',
              imageID: '',
              ready: false,
              restartCount: 3,
              state: { waiting: { reason: 'CrashLoopBackOff' } },
              lastState: { terminated: { exitCode: 7 } },
            },
          ],
        },
      },
      'status',
    );
    const failing = await eventually('it is failing', async () => {
      const [live] = await cluster.listWorkloads({});
      return live?.status.state === 'failing' ? live.status : undefined;
    });
    expect(failing).toEqual({
      state: 'failing',
      reason: 'CrashLoopBackOff',
      message: 'the process ended (exit code 7): see its log',
      restarts: 3,
    });
  });

  it('says why a pod that runs is not ready, in its own words', async () => {
    await openCluster();
    const cluster = rig.connect({
      askPod: async ({ host, port }) =>
        JSON.stringify({ reasons: [{ component: 'x', reason: `KeyMissing: asked at ${host}:${port}` }] }),
    });
    await cluster.createWorkload(workloadSpec('a'));
    await eventually('it runs', async () => (await cluster.listWorkloads({}))[0]?.status.state === 'running');
    const [name = ''] = await rig.objects.list(
      pods,
      undefined,
      (item) => bareObjectSchema.parse(item).metadata.name,
    );
    const container = { name: 'decrypter', image: 'x', imageID: '', ready: false, restartCount: 0 };
    const status = {
      podIP: '10.1.2.3',
      podIPs: [{ ip: '10.1.2.3' }],
      conditions: [{ type: 'Ready', status: 'False' }],
      containerStatuses: [{ ...container, state: { running: {} } }],
    };
    await rig.edit(pods, name, { status }, 'status');
    await eventually(
      'it is failing',
      async () => (await cluster.listWorkloads({}))[0]?.status.state === 'failing',
    );
    expect(await cluster.listWorkloads({})).toMatchObject([
      { status: { reason: 'KeyMissing', message: 'asked at 10.1.2.3:8081' } },
    ]);
  });

  it('keeps a job that has finished, as finished', async () => {
    const cluster = await openCluster();
    const { uid } = await cluster.createWorkload(workloadSpec('j', { app: 'batch-job' }));
    const time = '2026-01-01T00:00:00Z';
    const condition = (type: string) => ({ type, status: 'True', lastTransitionTime: time });
    await eventually('it has begun', async () =>
      JSON.stringify(await rig.objects.get(jobs, 'j')).includes('startTime'),
    );
    // Not before: what plays the kubelet would have it run after its end.
    const [pod] = await eventually('it has a pod that runs', async () => {
      const found = await rig.objects.list(pods, undefined, (item) => podSchema.parse(item));
      const names = found
        .filter(({ status: { phase } }) => phase === 'Running')
        .map(({ metadata }) => metadata.name);
      return names.length > 0 ? names : undefined;
    });
    await rig.edit(
      pods,
      pod ?? '',
      { status: { phase: 'Succeeded', conditions: [condition('PodScheduled')] } },
      'status',
    );
    await eventually(
      'it is finished',
      async () => (await cluster.listWorkloads({}))[0]?.status.state === 'finished',
      30_000,
    );
    expect(await cluster.listWorkloads({})).toMatchObject([{ liveHash: 'hash-1' }]);
    await cluster.removeWorkload('j', uid);
    expect(await cluster.listWorkloads({})).toEqual([]);
  });

  it('neither changes nor removes what a later version has made, until a person has it taken over', async () => {
    const cluster = await openCluster();
    const { uid } = await cluster.createWorkload(workloadSpec('a'));
    await rig.edit(deployments, 'a', { metadata: { annotations: { 'ccd/schema': '2' } } });
    await expect(cluster.updateWorkload(workloadSpec('a', { hash: 'x' }), uid)).rejects.toThrow(
      'a later version',
    );
    const refusal = await cluster.removeWorkload('a', uid).catch(String);
    expect(refusal).toContain('a later version');
    expect(await cluster.listWorkloads({})).toMatchObject([{ uid, appliedHash: 'hash-1' }]);
    // As it stands there.
    const [, command = ''] = /kubectl (.*)$/.exec(refusal ?? '') ?? [];
    await server().kubectl(command.split(' '));
    await cluster.removeWorkload('a', uid);
  });

  it('keeps a document that is larger than an object may be', async () => {
    const cluster = await openCluster();
    const text = JSON.stringify({
      names: Array.from({ length: 60_000 }, (_, at) => `decrypter-${at}-${'é'.repeat(10)}`),
    });
    await cluster.agentState('agent').save('snapshot', text);
    expect(await rig.connect().agentState('agent').load('snapshot')).toBe(text);
    await cluster.agentState('agent').save('snapshot', '{}');
    expect(await rig.objects.listBare(configMaps, 'ccd/document', (item) => item)).toHaveLength(1);
  });

  it('goes on after the API server was away', async () => {
    const cluster = await openCluster();
    await cluster.createWorkload(workloadSpec('a'));
    await server().apiServer.pause();
    const listed = cluster.listWorkloads({});
    await server().apiServer.resume();
    expect(await listed).toHaveLength(1);
    let hints = 0;
    cluster.watch(() => (hints += 1));
    await server().apiServer.restart();
    await cluster.createSecret(secretSpec('s'));
    await eventually('watches are back', () => hints > 0, 60_000);
  });
});
