import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startStandInServer } from '@ccd/controlplane/testing';
import type { StandInServer } from '@ccd/controlplane/testing';
import { eventually, scratchDir } from '@ccd/testkit';
import { describeWithServers, isWrite, startKubernetes, useServer } from '@ccd/testkit/servers';
import type { AuditEvent } from '@ccd/testkit/servers';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { installationId } from './testing/agent-settings.ts';
import { firstEntities, toItems } from './testing/hostile/honest.ts';
import { consistent } from './testing/hostile/lies.ts';
import { workloadTemplate } from './testing/kubernetes/agents.ts';
import { checkWrites } from './testing/kubernetes/check-writes.ts';
import { namesOf, readObjects } from './testing/kubernetes/made-objects.ts';
import { startReplica } from './testing/kubernetes/replica.ts';
import type { Replica } from './testing/kubernetes/replica.ts';

const agent = 'exporters-agent';
const leaseResource = 'leases.coordination.k8s.io';
/** Of `electionTimes` in libs/cluster: how long the holder writes after it sent a renewal. */
const termMs = 12_000;
/** A request that was begun in time may come in late on a busy machine; others take the lease eight seconds later. */
const onItsWayMs = 2_000;
const takeOverMs = 60_000;

describeWithServers('kubernetes', 'replicas of an agent', () => {
  const folder = scratchDir();
  const server = useServer(() => startKubernetes({ cluster: 'own' }));
  const replicas: Replica[] = [];
  let namespace: string;
  let controlPlane: StandInServer;
  /** How many exporters there should be; each asks for more than the one before. */
  let wanted: number;

  beforeEach(async () => {
    namespace = await server().namespace();
    controlPlane = await startStandInServer();
    wanted = 1;
    controlPlane.answerWith((list) => {
      const exporters = Array.from({ length: wanted }, (_, index) => ({
        ...{ number: 1_000 + index, source: 1, connector: 301 },
        // With every exporter that comes, the one before it changes.
        prefix: index < wanted - 2 ? 'settled' : `of ${wanted}`,
      }));
      return consistent(toItems({ ...firstEntities, exporters }), list, { number: BigInt(wanted) });
    });
    await writeFile(join(folder, 'template.yaml'), workloadTemplate);
  });
  afterEach(async () => {
    await Promise.all(replicas.splice(0).map((replica) => replica.end('SIGKILL')));
    await controlPlane.stop();
  }, 60_000);

  /** Each has a service account of its own, by which the audit log tells them apart. */
  async function start(name: string): Promise<Replica> {
    const kubectl = (...args: readonly string[]) => server().kubectl(['-n', namespace, ...args]);
    await kubectl('create', 'serviceaccount', name);
    await kubectl(
      'create',
      'rolebinding',
      name,
      '--clusterrole=cluster-admin',
      `--serviceaccount=${namespace}:${name}`,
    );
    const kubeconfig = join(folder, `kubeconfig-${name}`);
    await writeFile(kubeconfig, await server().kubeconfigFor(namespace, name));
    const replica = startReplica({
      app: agent,
      environment: {
        CLUSTER_ENGINE: 'kubernetes',
        KUBECONFIG: kubeconfig,
        WORKLOAD_TEMPLATE_FILE: join(folder, 'template.yaml'),
        POLL_INTERVAL_MS: '250',
        ADMIN_HOST: '127.0.0.1',
        ADMIN_PORT: '0',
        INSTANCE_ID: `pod-${name}`,
        STRM_API_HOST: '127.0.0.1',
        STRM_API_PORT: `${controlPlane.port}`,
        STRM_API_TLS: 'false',
        STRM_AUTH_URL: controlPlane.authUrl,
        STRM_AUTH_CLIENT_ID: 'ins-test',
        STRM_AUTH_CLIENT_SECRET: 'a-secret-of-the-test',
        STRM_INSTALLATION_ID: installationId,
      },
    });
    replicas.push(replica);
    return replica;
  }
  const userOf = (name: string): string => `system:serviceaccount:${namespace}:${name}`;
  const eventsOf = async (name: string): Promise<readonly AuditEvent[]> =>
    (await server().audit()).filter(({ user }) => user === userOf(name));
  const isOurs = ({ resource }: AuditEvent): boolean => resource !== leaseResource;
  const hasCreated = async (name: string): Promise<number> =>
    (await eventsOf(name)).filter(
      ({ verb, resource }) => verb === 'create' && resource === 'deployments.apps',
    ).length;
  /** Has one exporter after the other come until the replica has made so many more. */
  async function untilMakes(name: string, count: number): Promise<void> {
    const before = await hasCreated(name);
    await eventually(
      `${name} works`,
      async () => {
        wanted += 1;
        return (await hasCreated(name)) >= before + count;
      },
      takeOverMs,
      300,
    );
  }
  const looksOn = (name: string) =>
    eventually(
      `${name} waits`,
      async () => (await eventsOf(name)).some(({ resource }) => resource === leaseResource),
      takeOverMs,
      100,
    );

  it('make everything once, one after the other, where one is killed and one stands still beyond its lease', async () => {
    const one = await start('one');
    await untilMakes('one', 5);
    const two = await start('two');
    await looksOn('two');
    await one.end('SIGKILL');
    await untilMakes('two', 5);

    await start('three');
    await looksOn('three');
    two.pause();
    await untilMakes('three', 1);
    two.resume();
    await untilMakes('three', 15);

    const names = Array.from({ length: wanted }, () => '');
    await eventually(
      'everything is made',
      async () => namesOf(await readObjects(server(), namespace), 'Deployment').length === names.length,
      takeOverMs,
      250,
    );
    const all = (await server().audit()).filter((event) => event.namespace === namespace);
    expect(checkWrites(all, { kept: [], foreign: [] })).toEqual([]);

    for (const name of ['one', 'two', 'three']) {
      const events = all.filter(({ user }) => user === userOf(name) && true);
      const renewals = events.filter(
        (event) => event.resource === leaseResource && isWrite(event) && (event.code ?? 500) < 300,
      );
      const late = events
        .filter((event) => isWrite(event) && isOurs(event))
        .filter(
          ({ at }) => !renewals.some((renewal) => renewal.at <= at && at <= renewal.at + termMs + onItsWayMs),
        );
      expect([name, late]).toEqual([name, []]);
    }
    const taken = all.find(
      ({ user, resource, verb }) =>
        user === userOf('three') && resource === leaseResource && verb === 'update',
    );
    const after = (await eventsOf('two')).filter(
      (event) => isWrite(event) && isOurs(event) && event.at >= (taken?.at ?? 0),
    );
    expect(after).toEqual([]);
  }, 240_000);
});
