import { status } from '@grpc/grpc-js';
import {
  account,
  customerEntityVersions,
  dataConnectors,
  entities,
  installations,
  policies,
  projects,
  purposeMapping,
  streams,
} from '@ccd/protocol';
import { describe, expect, it } from '@jest/globals';
import type { Caller } from '../testing/service-rig.ts';
import { useServiceRig } from '../testing/use-service-rig.ts';

const { ProjectsServiceService: service } = projects;

describe('ProjectsService, and what else a person asks first', () => {
  const rig = useServiceRig();

  const create = async (name: string, caller?: Caller) =>
    (
      await rig().call(
        service.createProject,
        { project: entities.Project.create({ name, description: 'Why' }) },
        caller,
      )
    ).project;
  const list = async (caller?: Caller) =>
    (await rig().call(service.listProjects, {}, caller)).projects.map(({ name }) => name);
  const createStream = (projectId: string, name: string) =>
    rig().call(streams.StreamsServiceService.createStream, {
      stream: entities.Stream.create({ ref: { name, projectId } }),
    });

  it('lists to each user the projects that they may see', async () => {
    await create('second');
    expect(await list('admin')).toEqual(['default', 'second']);
    expect(await list('member')).toEqual(['default']);
    expect(await list('outsider')).toEqual([]);
    expect(await list('otherAdmin')).toEqual(['theirs']);
  });

  it('adds and removes members by address', async () => {
    const project = await create('team');
    const members = async () =>
      (await rig().call(service.listProjectMembers, { projectId: project?.id ?? '' })).projectMembers.map(
        ({ email }) => email,
      );
    const change = { projectId: project?.id ?? '', emails: ['outsider@acme.example'] };
    await rig().call(service.addProjectMembers, change);
    expect(await members()).toEqual(['admin@acme.example', 'outsider@acme.example']);
    expect(await list('outsider')).toEqual(['team']);
    await rig().call(service.removeProjectMembers, change);
    expect(await list('outsider')).toEqual([]);
    await expect(
      rig().call(service.addProjectMembers, { ...change, emails: ['admin@other.example'] }),
    ).rejects.toMatchObject({ code: status.NOT_FOUND });
  });

  it('takes nothing new in once archived, and everything with it once deleted', async () => {
    const projectId = (await create('short-lived'))?.id ?? '';
    await createStream(projectId, 'inside');
    await rig().call(service.archiveProject, { projectId });
    await expect(createStream(projectId, 'late')).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: expect.stringContaining("'short-lived' is archived"),
    });
    await rig().call(service.deleteProject, { projectId });
    await expect(rig().call(service.getProject, { projectId })).rejects.toMatchObject({
      code: status.NOT_FOUND,
    });
  });

  it.each([
    ['a name that is taken', () => create('default'), status.ALREADY_EXISTS],
    ['a name that breaks the rules', () => create(''), status.INVALID_ARGUMENT],
    ['a member who is no project administrator', () => create('mine', 'member'), status.PERMISSION_DENIED],
  ] as const)('refuses %s', async (_case, attempt, code) => {
    await expect(attempt()).rejects.toMatchObject({ code });
  });

  it('shows the credentials of a data connector only to who asks for them', async () => {
    const { DataConnectorsServiceService: connectors } = dataConnectors;
    const ref = { name: 'bucket', projectId: rig().projectId, billingId: '' };
    const credentials = '{"accessKeyId":"id","secretAccessKey":"hush"}';
    const created = await rig().call(connectors.createDataConnector, {
      dataConnector: entities.DataConnector.create({
        ref,
        location: { $case: 's3Bucket', value: { bucketName: 'b', credentials, assumeRoleArn: '' } },
      }),
    });
    expect(JSON.stringify(created)).not.toContain('hush');
    const get = async (includeCredentials: boolean) =>
      JSON.stringify(
        await rig().call(connectors.getDataConnector, { ref, recursive: false, includeCredentials }),
      );
    expect(await get(false)).not.toContain('hush');
    expect(await get(true)).toContain('hush');
  });

  it('answers who one is, the default policy, and which images go with this version', async () => {
    const { handle } = await rig().call(
      account.AccountServiceService.getAccountDetails,
      account.GetAccountDetailsRequest.create(),
    );
    expect(handle).toBe('acme');
    const { policy } = await rig().call(policies.PoliciesServiceService.getPolicy, { policyId: '' });
    expect(policy?.retentionDays).toBe(2556);
    const image = await rig().call(
      customerEntityVersions.CustomerEntityVersionsServiceService.getDecrypterImage,
      { installationType: installations.InstallationType.SELF_HOSTED },
      'installation',
    );
    expect(image).toMatchObject({ image: 'registry:5000/decrypter:1.2.3', imageTag: '1.2.3' });
  });

  it('says in a sentence what it does not offer', async () => {
    await expect(
      rig().call(purposeMapping.PurposeMappingServiceService.listPurposeMappings, {}),
    ).rejects.toMatchObject({
      code: status.UNIMPLEMENTED,
      details: 'ListPurposeMappings of PurposeMappingService is not offered by this control plane yet',
    });
  });
});
