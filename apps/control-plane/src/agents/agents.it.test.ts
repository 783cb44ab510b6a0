import { conditionalKeys, installationKey, readSnapshotMetadata, writeKnownAnswer } from '@ccd/controlplane';
import { agents, entities, installations, monitoring, streams } from '@ccd/protocol';
import { eventually } from '@ccd/testkit';
import { describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import type { Caller } from '../testing/service-rig.ts';
import { useServiceRig } from '../testing/use-service-rig.ts';

describe('what agents ask for and report', () => {
  const rig = useServiceRig();

  const createStream = async (name: string) =>
    (
      await rig().call(streams.StreamsServiceService.createStream, {
        stream: entities.Stream.create({ ref: { name, projectId: rig().projectId } }),
      })
    ).stream;
  const desired = async (caller: Caller = 'installation') => {
    const { response, metadata } = await rig().ask(agents.StreamsAgentServiceService.getStreams, {}, caller);
    return {
      streams: response.extendedStreams,
      said: readSnapshotMetadata(metadata),
      installation: metadata.get(installationKey),
    };
  };

  it('names the installation that it is for', async () => {
    const [ours, theirs] = [await desired(), await desired('otherInstallation')];
    expect(ours.installation).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    expect(theirs.installation).not.toEqual(ours.installation);
  });

  it('answers with every stream and its keys, without the secrets of its clients', async () => {
    await createStream('one');
    const { streams: found, said } = await desired();
    expect(found.map(({ topic, keyStream }) => [topic.replace(/-.*/, ''), keyStream])).toEqual(
      expect.arrayContaining([
        ['stream', false],
        ['keys', true],
      ]),
    );
    expect(found.map(({ stream }) => stream?.credentials[0]?.clientSecret)).toEqual(['', '']);
    expect(said?.count).toBe(2);
  });

  it('says the same revision and digest until something changes, then a higher one', async () => {
    const before = await desired();
    expect((await desired()).said).toStrictEqual(before.said);
    await createStream('two');
    const { said } = await desired();
    expect(said?.revision.epoch).toBe(before.said?.revision.epoch);
    expect(said?.revision.number).toBeGreaterThan(before.said?.revision.number ?? 0n);
    expect(said?.digest).not.toBe(before.said?.digest);
  });

  it('tells an agent that keeps the current answer so, and any other what it should know', async () => {
    await createStream('four');
    const { said } = await desired();
    if (said === undefined) throw new Error('nothing was said of the answer');
    const ask = async (known: Parameters<typeof writeKnownAnswer>[0], caller?: Caller) => {
      const { getStreams } = agents.StreamsAgentServiceService;
      const beside = writeKnownAnswer(known);
      const { response, metadata } = await rig().ask(getStreams, {}, caller ?? 'installation', beside);
      return { count: response.extendedStreams.length, since: metadata.get(conditionalKeys.unchangedSince) };
    };
    const { revision, digest, count } = said;
    expect(await ask({ revision, digest })).toEqual({
      count: 0,
      since: [`${revision.epoch}/${revision.number}`],
    });
    const full = { count, since: [] };
    expect(await ask({ revision, digest: digest.replaceAll(/./g, '0') })).toEqual(full);
    expect(await ask({ revision: { ...revision, number: revision.number - 1n }, digest })).toEqual(full);
    expect(await ask({ revision: { ...revision, epoch: 'another' }, digest })).toEqual(full);
    expect(await ask({ revision, digest }, 'otherInstallation')).toEqual({ count: 0, since: [] });
    await createStream('five');
    expect(await ask({ revision, digest })).toEqual({ count: count + 2, since: [] });
  });

  it('names what a user removed, since its absence alone removes nothing', async () => {
    await createStream('three');
    const { streams: found } = await desired();
    const uuid = found.find(({ stream }) => stream?.ref?.name === 'three')?.uuid;
    await rig().call(streams.StreamsServiceService.deleteStream, {
      ref: { name: 'three', projectId: rig().projectId, billingId: '' },
      recursive: false,
    });
    const { said } = await desired();
    expect(said?.removed).toEqual(
      expect.arrayContaining([
        { kind: 'stream', id: uuid },
        { kind: 'key-stream', id: uuid },
      ]),
    );
  });

  it('tells an installation nothing of another, and a user nothing at all', async () => {
    expect((await desired('otherInstallation')).streams).toEqual([]);
    await expect(desired('admin')).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
  });

  const { MonitoringServiceService: monitor } = monitoring;
  const { EntityState_EntityType: EntityType, EntityState_Status: Status } = monitoring;
  const state = (
    change: Partial<monitoring.EntityState> = {},
    projectId = rig().projectId,
  ): monitoring.EntityState => ({
    stateTime: new Date(rig().clock.now()),
    ref: { type: EntityType.STREAM, projectId, name: 'one' },
    status: Status.HEALTHY,
    message: '',
    logs: [],
    resourceType: monitoring.EntityState_ResourceType.STREAM_TOPIC,
    ...change,
  });
  const report = (states: monitoring.EntityState[], caller?: Caller) =>
    rig().send(monitor.updateEntityStates, [{ states }], caller);
  const latest = async (change: Partial<monitoring.GetLatestEntityStatesRequest> = {}, caller?: Caller) =>
    (
      await rig().call(
        monitor.getLatestEntityStates,
        { ref: undefined, status: 0, projectionMask: undefined, ...change },
        caller,
      )
    ).state;

  it('shows the newest state of each resource, whatever order they come in', async () => {
    await report([state({ status: Status.UNHEALTHY, message: 'no room' })]);
    await report([state({ stateTime: new Date(rig().clock.now() - 1_000) })]);
    expect(await latest()).toMatchObject([{ status: Status.UNHEALTHY, message: 'no room' }]);
    expect(await latest({ status: Status.HEALTHY })).toEqual([]);
    expect(await latest({ projectionMask: ['message'] })).toEqual([
      monitoring.EntityState.create({ message: 'no room' }),
    ]);
  });

  it('takes no state of a project that the installation does not run, nor shows one to others', async () => {
    await report([state({ message: 'not ours' }, rig().other.projectId)]);
    expect(await latest({}, 'otherAdmin')).toEqual([]);
    await report([state({ message: 'theirs' })], 'otherInstallation');
    expect((await latest()).map(({ message }) => message)).toEqual(['no room']);
    await expect(report([state()], 'admin')).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
  });

  it('sends what is there, and then every change, until the caller leaves', async () => {
    const call = rig().follow(monitor.getEntityState, {
      ref: undefined,
      status: 0,
      projectionMask: undefined,
    });
    const seen: string[] = [];
    call.on('data', ({ state: next }: monitoring.GetEntityStateResponse) => seen.push(next?.message ?? ''));
    const ended = new Promise((resolve) => call.once('error', resolve));
    await eventually('what is there', () => seen.length === 1);
    await rig().clock.advance(1_000);
    await report([state({ status: Status.REMOVED, message: 'gone' })]);
    await eventually('the change', async () => {
      await rig().clock.advance(1_000);
      return seen.length === 2;
    });
    expect(seen).toEqual(['no room', 'gone']);
    call.cancel();
    await ended;
  });

  it('forgets resources that went', async () => {
    await rig().clock.advance(11 * 60_000);
    await report([]);
    expect(await latest()).toEqual([]);
  });

  const { InstalledComponentsServiceService: components } = installations;
  const own = (
    installationId: string,
    stateType: installations.InstalledComponentStateType = installations.InstalledComponentStateType.RUNNING,
  ): installations.UpdateInstalledComponentStateRequest => ({
    installationId,
    componentType: installations.InstalledComponentType.STREAMS_AGENT,
    instanceId: 'pod-1',
    installedComponentState: { stateType, message: '', stateTime: new Date(rig().clock.now()) },
  });

  it('shows how components are, those that said so lately', async () => {
    const { id } = rig().bootstrap.installation;
    const update = (
      request: installations.UpdateInstalledComponentStateRequest,
      caller: Caller = 'installation',
    ) => rig().call(components.updateInstalledComponentState, request, caller);
    await update(own(id));
    await rig().clock.advance(1_000);
    await update(own(id, installations.InstalledComponentStateType.ERROR));
    const current = async () =>
      (await rig().call(components.listInstalledComponentsCurrentStates, { installationId: id }))
        .installedComponents;
    expect(await current()).toMatchObject([
      { instances: [{ id: 'pod-1', state: { stateType: installations.InstalledComponentStateType.ERROR } }] },
    ]);
    const { installedComponents } = await rig().call(components.listInstalledComponents, {
      installationId: id,
    });
    expect(installedComponents[0]?.instances[0]?.states).toHaveLength(2);
    await rig().clock.advance(6 * 60_000);
    expect(await current()).toEqual([]);
    expect(
      (await rig().call(installations.InstallationsServiceService.listInstallations, {})).installations,
    ).toMatchObject([{ id, installationCredentials: { clientSecret: '' } }]);
    await expect(update(own(id), 'otherInstallation')).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
    });
    await expect(
      rig().call(components.listInstalledComponents, { installationId: id }, 'otherAdmin'),
    ).rejects.toMatchObject({ code: status.NOT_FOUND });
  });
});
