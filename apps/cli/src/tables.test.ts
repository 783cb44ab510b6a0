import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { scratchDir } from '@ccd/testkit';
import { account, entities, installations, keyStreams, purposeMapping } from '@ccd/protocol';
import { createRig } from './testing/rig.ts';
import type { Rig } from './testing/rig.ts';

const scratch = scratchDir();

describe('tables', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await createRig(scratch);
    const keyStream = entities.KeyStream.create({ ref: { name: 'demo' }, status: 'on' });
    const installation = installations.Installation.create({
      id: 'i-1',
      installationType: installations.InstallationType.SELF_HOSTED,
      billingAccountId: 'b-1',
    });
    const mappings = [
      { level: 1, purpose: 'marketing', description: 'mails' },
      { level: 0, purpose: 'functional', description: '' },
    ];
    rig.server.on(keyStreams.KeyStreamsServiceService.listKeyStreams, () => ({ keyStreams: [keyStream] }));
    rig.server.on(keyStreams.KeyStreamsServiceService.getKeyStream, () => ({ keyStream }));
    const { listInstallations, getInstallation } = installations.InstallationsServiceService;
    rig.server.on(listInstallations, () => ({ installations: [installation] }));
    rig.server.on(getInstallation, () => ({ installation }));
    const { listPurposeMappings, getPurposeMapping } = purposeMapping.PurposeMappingServiceService;
    rig.server.on(listPurposeMappings, () => ({ purposeMappings: mappings }));
    rig.server.on(getPurposeMapping, ({ level }) => ({
      purposeMapping: mappings.find((mapping) => mapping.level === level),
    }));
    rig.server.on(account.AccountServiceService.getAccountDetails, () =>
      account.GetAccountDetailsResponse.create({
        organization: 'Acme',
        handle: 'acme',
        subscription: 'SELF_HOSTED',
        maxInputStreams: 5,
        userRoles: [entities.UserRole.ADMIN],
      }),
    );
  });
  afterEach(() => {
    rig.server.close();
  });

  const keys = ['KEY STREAM  STATUS', 'demo        on'];
  const planes = ['INSTALLATION ID  TYPE         BILLING ACCOUNT ID', 'i-1              SELF_HOSTED  b-1'];
  it.each([
    [['list', 'key-streams'], keys],
    [['get', 'key-stream', 'demo'], keys],
    [['list', 'installations'], planes],
    [['get', 'installation', 'i-1'], planes],
    [
      ['list', 'purpose-mappings'],
      ['PURPOSE     VALUE  DESCRIPTION', 'functional  0', 'marketing   1      mails'],
    ],
    [
      ['get', 'purpose-mapping', '1'],
      ['PURPOSE    VALUE  DESCRIPTION', 'marketing  1      mails'],
    ],
    [
      ['context', 'account'],
      [
        'ORGANIZATION  HANDLE  SUBSCRIPTION  MAX INPUT STREAMS  USER ROLES',
        'Acme          acme    SELF_HOSTED   5                  ADMIN',
      ],
    ],
  ])('have upper-cased heads and aligned columns: %j', async (argv, table) => {
    expect(await rig.run(...argv)).toEqual({ code: 0, out: `${table.join('\n')}\n`, err: '' });
  });

  it('show where things are kept', async () => {
    expect((await rig.run('context', 'config', '-o', 'json')).out).toBe(
      `${JSON.stringify(
        {
          configPath: rig.configPath,
          tokenFile: rig.loginFile,
          apiHost: rig.server.host,
          apiAuthUrl: 'https://accounts.strmprivacy.io',
        },
        null,
        4,
      )}\n`,
    );
  });
});
