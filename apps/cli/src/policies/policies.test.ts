import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { scratchDir } from '@ccd/testkit';
import { entities, policies as wire } from '@ccd/protocol';
import { createRig } from '../testing/rig.ts';
import type { Rig } from '../testing/rig.ts';

const scratch = scratchDir();
const service = wire.PoliciesServiceService;
const { STATE_ACTIVE, STATE_ARCHIVED, STATE_DRAFT } = entities.Policy_State;

describe('policies', () => {
  let rig: Rig;
  const policy = entities.Policy.create({
    id: 'p-1',
    name: '2 years',
    description: 'tax',
    retentionDays: 730,
    legalGrounds: 'law',
    state: STATE_DRAFT,
  });
  beforeEach(async () => {
    rig = await createRig(scratch);
    rig.server.on(service.listPolicies, () => ({ policies: [policy] }));
    rig.server.on(service.getPolicy, () => ({ policy }));
    rig.server.on(service.updatePolicy, ({ policy: given }) => ({ policy: given }));
    rig.server.on(service.createPolicy, ({ policy: given }) => ({ policy: given }));
    rig.server.on(service.deletePolicy, () => ({}));
  });
  afterEach(() => {
    rig.server.close();
  });

  it('are listed', async () => {
    expect((await rig.run('list', 'policies')).out).toBe(
      'NAME     DESCRIPTION  RETENTION(DAYS)  LEGAL GROUNDS  STATE\n' +
        '2 years  tax          730              law            DRAFT\n',
    );
  });

  it.each([
    [['2 years'], 'p-1'],
    [['--id', 'p-9'], 'p-9'],
    [['--get-default-policy'], ''],
  ])('are shown by name, id or as the default: %j', async (args, policyId) => {
    expect((await rig.run('get', 'policy', ...args, '-o', 'plain')).out).toBe('2 years\n');
    expect(rig.server.requests('PoliciesService/GetPolicy')).toEqual([{ policyId }]);
  });

  it.each([[[]], [['2 years', '--id', 'p-1']]])('are named in one way: %j', async (args) => {
    expect((await rig.run('get', 'policy', ...args)).err).toBe('give the name of a policy, or --id\n');
  });

  it('are created with an id of their own', async () => {
    await rig.run('create', 'policy', '--name', '1 year', '--retention', '365', '--description', 'd');
    expect(rig.server.requests('PoliciesService/CreatePolicy')).toMatchObject([
      {
        policy: {
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          name: '1 year',
          retentionDays: 365,
          description: 'd',
        },
      },
    ]);
    expect((await rig.run('create', 'policy', '--name', '1 year')).err).toBe('--retention is required\n');
  });

  it('are changed in what was given alone', async () => {
    await rig.run('update', 'policy', 'p-1', '--retention', '9', '--description', '');
    expect(rig.server.requests('PoliciesService/UpdatePolicy')).toEqual([
      {
        policy: entities.Policy.create({ id: 'p-1', retentionDays: 9 }),
        updateMask: ['description', 'retention_days'],
      },
    ]);
    expect((await rig.run('update', 'policy', 'p-1')).err).toBe('nothing to change was given\n');
  });

  it.each([
    ['activate', STATE_ACTIVE],
    ['archive', STATE_ARCHIVED],
  ])('change their state: %s', async (verb, state) => {
    await rig.run(verb, 'policy', '2 years');
    expect(rig.server.requests('PoliciesService/UpdatePolicy')).toEqual([
      { policy: entities.Policy.create({ id: 'p-1', state }), updateMask: ['state'] },
    ]);
  });

  it('are deleted', async () => {
    expect((await rig.run('delete', 'policy', '--id', 'p-1')).out).toBe('Policy has been deleted\n');
  });
});
