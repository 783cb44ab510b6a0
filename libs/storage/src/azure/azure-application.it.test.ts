import { inspect } from 'node:util';
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  createTestCertificates,
  describeWithServers,
  startAzurite,
  uniqueName,
  useServer,
} from '@ccd/testkit/servers';
import type { AzuriteServer, TestCertificates } from '@ccd/testkit/servers';
import { AccessDeniedError, EndpointRefusedError, StorageUnavailableError } from '../errors.ts';
import type { NetworkOptions } from '../network/guarded-lookup.ts';
import type { ObjectStore } from '../port.ts';
import { describeObjectStoreContract } from '../testing/index.ts';
import { startTokenServer } from '../testing/token-server.ts';
import type { TokenServer } from '../testing/token-server.ts';
import type { AzureLocation } from './azure-account.ts';
import { connectAzureStore } from './connect-azure-store.ts';

const tenantId = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const canary = 'canary of a client secret';
const small = Buffer.from('small');
const loopback = [['127.0.0.0', 8, 'ipv4']] as const;

/** What Azurite takes for a token of Microsoft's; it checks times, issuer and audience. */
function tokenFor(audience: string): string {
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: `https://sts.windows.net/${tenantId}/`,
    aud: audience,
    nbf: now - 60,
    exp: now + 3_600,
  };
  const parts = [
    { alg: 'RS256', typ: 'JWT' },
    { ...claims, iat: now - 60 },
  ];
  return [...parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')), 'x'].join('.');
}

describeWithServers('azurite', 'Azure Blob Storage, as an application, over TLS', () => {
  let certificates: TestCertificates;
  let tokens: TokenServer;
  const server = useServer<AzuriteServer>(async () => {
    certificates = await createTestCertificates();
    return startAzurite({ tls: { ca: certificates.ca, server: certificates.server } });
  });
  beforeAll(async () => {
    tokens = await startTokenServer(tokenFor('https://storage.azure.com'), {
      cert: certificates.server.cert,
      key: certificates.server.key,
    });
  });
  afterAll(() => tokens.stop());

  const emptyContainer = async (): Promise<string> => {
    const container = uniqueName('container');
    const { endpoint, account, accountKey } = server();
    const tls = { tlsOptions: { ca: certificates.ca } };
    const client = new BlobServiceClient(endpoint, new StorageSharedKeyCredential(account, accountKey), {
      ...{ ...tls, retryOptions: { maxTries: 1 } },
    });
    await client.getContainerClient(container).create();
    return container;
  };
  const open = (container: string, network: NetworkOptions = {}): ObjectStore => {
    const location: AzureLocation = {
      ...{ type: 'azure', container, accountUri: server().endpoint },
      ...{ tenantId, clientId: 'application', clientSecret: canary },
    };
    return connectAzureStore(location, {
      ...{ loginUrl: tokens.url, attempts: 1 },
      network: { allowedNetworks: loopback, ca: certificates.ca, ...network },
    });
  };
  const failureOf = (store: ObjectStore): Promise<unknown> =>
    store
      .put('a', small)
      .catch((reason: unknown) => reason)
      .finally(() => store.close());

  describeObjectStoreContract('Azure Blob Storage, over TLS', async () => open(await emptyContainer()));

  it('asks for one token, which is good for this account alone', async () => {
    const store = open(await emptyContainer());
    const before = tokens.asked.length;
    await Promise.all([store.put('a', small), store.put('b', small)]);
    await store.close();
    expect(
      tokens.asked.slice(before).map(({ path, form }) => ({ path, ...Object.fromEntries(form) })),
    ).toEqual([
      {
        path: `/${tenantId}/oauth2/v2.0/token`,
        grant_type: 'client_credentials',
        client_id: 'application',
        client_secret: canary,
        scope: `${server().endpoint}/.default`,
      },
    ]);
  });

  it('says that a refused application is for a person to mend, without its secret', async () => {
    tokens.answer(401);
    const error = await failureOf(open(await emptyContainer()));
    tokens.answer(200);
    expect(error).toBeInstanceOf(AccessDeniedError);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(canary);
  });

  it('connects to nobody whose certificate is of another authority', async () => {
    const error = await failureOf(open('container', { ca: certificates.strangeCa }));
    expect(error).toBeInstanceOf(StorageUnavailableError);
    expect(String(error)).toMatch(/SIGNATURE|CERT|VERIFY/);
  });

  it('shows no secret to a login that it must not reach', async () => {
    const before = tokens.asked.length;
    expect(await failureOf(open('container', { allowedNetworks: [] }))).toBeInstanceOf(EndpointRefusedError);
    expect(tokens.asked).toHaveLength(before);
  });

  it('shows no token to an account that it must not reach', async () => {
    const location: AzureLocation = {
      ...{ type: 'azure', container: 'container', accountUri: 'https://169.254.169.254' },
      ...{ tenantId, clientId: 'application', clientSecret: canary },
    };
    const store = connectAzureStore(location, {
      ...{ loginUrl: tokens.url, attempts: 1 },
      network: { allowedNetworks: loopback, ca: certificates.ca },
    });
    expect(await failureOf(store)).toBeInstanceOf(EndpointRefusedError);
  });
});
