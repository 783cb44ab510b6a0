import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  AccessDeniedError,
  EndpointRefusedError,
  InvalidLocationError,
  StorageUnavailableError,
} from '../errors.ts';
import { startTokenServer } from '../testing/token-server.ts';
import type { TokenServer } from '../testing/token-server.ts';
import { proveDatabase } from './prove-database.ts';
import { proveBigQuery } from './prove-bigquery.ts';

const { privateKey: key } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const privateKey = JSON.stringify({
  ...{ type: 'service_account', client_email: 'batch@project.iam.gserviceaccount.com' },
  private_key: key.export({ type: 'pkcs8', format: 'pem' }),
});
const uri =
  'jdbc:bigquery://https://www.googleapis.com/bigquery/v2:443;ProjectId=my-project;OAuthType=0;Location=EU';
const { signal } = new AbortController();
const network = { allowedNetworks: [['127.0.0.0', 8, 'ipv4']] } as const;

describe(proveBigQuery, () => {
  let status = 200;
  const asked: { path: string | undefined; token: string | undefined; query: unknown }[] = [];
  const api = createServer((request, response) => {
    const chunks: Uint8Array[] = [];
    request.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    request.on('end', () => {
      const query: unknown = JSON.parse(Buffer.concat(chunks).toString());
      asked.push({ path: request.url, token: request.headers.authorization, query });
      response.writeHead(status, { 'content-type': 'application/json' }).end('{"jobComplete":true}');
    });
  });
  let tokens: TokenServer;
  beforeAll(async () => {
    tokens = await startTokenServer('token');
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    api.closeAllConnections();
    await new Promise((resolve) => api.close(resolve));
    await tokens.stop();
  });
  beforeEach(() => {
    status = 200;
    asked.length = 0;
    tokens.answer(200);
  });

  const prove = (document?: string, allowed: object = network): Promise<unknown> =>
    proveDatabase(
      {
        ...{ type: 'jdbc', uri, databaseType: 'bigquery' },
        ...(document !== undefined && { privateKey: document }),
      },
      {
        ...{ signal, network: allowed },
        bigQuery: {
          api: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
          token: `${tokens.url}/token`,
        },
      },
    ).catch((error: unknown) => error);

  it('runs a query that reads nothing, as the service account', async () => {
    expect(await prove(privateKey)).toBeUndefined();
    expect(asked).toEqual([
      {
        path: '/bigquery/v2/projects/my-project/queries',
        token: 'Bearer token',
        query: expect.objectContaining({ query: 'SELECT 1', location: 'EU' }),
      },
    ]);
  });

  it.each([401, 403, 404])('says that a person has to mend what is answered %i', async (answer) => {
    status = answer;
    const error = await prove(privateKey);
    expect(error).toBeInstanceOf(AccessDeniedError);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/PRIVATE KEY|Bearer/);
  });

  it('says so of an account that gets no token', async () => {
    tokens.answer(400);
    expect(await prove(privateKey)).toBeInstanceOf(AccessDeniedError);
    expect(asked).toEqual([]);
  });

  it('takes a service that fails for one that is away', async () => {
    status = 500;
    expect(await prove(privateKey)).toBeInstanceOf(StorageUnavailableError);
  });

  it.each([undefined, 'canary', '{"type":"external_account"}'])(
    'needs the document of a service account: %s',
    async (document) => {
      const error = await prove(document);
      expect(error).toBeInstanceOf(InvalidLocationError);
      expect(String(error)).toContain('privateKey');
      expect(String(error)).not.toContain('canary');
    },
  );

  it('connects to no address that is not allowed', async () => {
    expect(await prove(privateKey, {})).toBeInstanceOf(EndpointRefusedError);
  });
});
