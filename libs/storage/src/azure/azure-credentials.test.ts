import { describe, expect, it } from '@jest/globals';
import { InvalidLocationError } from '../errors.ts';
import { parseAzureCredentials } from './azure-credentials.ts';

const tenant = '72f988bf-86f1-41af-91ab-2d7cd011db47';

describe(parseAzureCredentials, () => {
  it.each([tenant, 'contoso.onmicrosoft.com'])('reads the secret of an application in %s', (tenantId) => {
    const application = { tenantId, clientId: 'app', clientSecret: 'hush' };
    expect(parseAzureCredentials(application)).toEqual({ type: 'application', ...application });
  });

  it('reads the key of an account, in the place of an application', () => {
    const key = Buffer.from('key of an account');
    expect(
      parseAzureCredentials({
        ...{ tenantId: 'account-key', clientId: 'ours' },
        clientSecret: key.toString('base64'),
      }),
    ).toEqual({ type: 'account-key', account: 'ours', key });
  });

  it.each(['sv=2021-12-02&sp=rcwdl&sig=a%2Bb%3D', '?sv=2021-12-02&sp=rcwdl&sig=a%2Bb%3D'])(
    'reads a shared access signature, as the portal shows it: %s',
    (clientSecret) => {
      const credentials = parseAzureCredentials({ tenantId: 'sas', clientId: 'sas', clientSecret });
      expect(credentials).toMatchObject({ type: 'sas' });
      expect(credentials.type === 'sas' && Object.fromEntries(credentials.query)).toEqual({
        ...{ sv: '2021-12-02', sp: 'rcwdl', sig: 'a+b=' },
      });
    },
  );

  it.each([
    ['common', 'app', 'canary', ['tenantId']],
    [`${tenant}/../x`, 'app', 'canary', ['tenantId']],
    ['a.b/canary', 'app', 'canary', ['tenantId']],
    ['account-key', 'Not an account', 'YQ==', ['clientId']],
    ['account-key', 'ours', 'no base64: canary', ['clientSecret']],
    ['sas', 'sas', 'canary', ['clientSecret']],
  ])(
    'names the wrong field of %s %s %s and nothing that it holds',
    (tenantId, clientId, clientSecret, fields) => {
      const attempt = () => parseAzureCredentials({ tenantId, clientId, clientSecret });
      expect(attempt).toThrow(InvalidLocationError);
      expect(attempt).toThrow(
        expect.objectContaining({ fields, message: expect.not.stringContaining('canary') }),
      );
    },
  );
});
