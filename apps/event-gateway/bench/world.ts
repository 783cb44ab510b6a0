import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { compileSchema } from '@ccd/contracts';
import type { ContractDefinition } from '@ccd/contracts';
import { pageViewOf, pageViews } from '@ccd/contracts/testing';
import type { ClientStream } from '@ccd/controlplane';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { writeRequests } from './load/requests.ts';

/** Where the gateway writes down its counts, as its settings have it. */
export const usageTopic = 'billing';

/** What all servers of a run have in common, as a file in the run's folder. */
export interface World {
  readonly authUrl: string;
  readonly installationId: string;
  readonly contract: ContractDefinition;
  readonly clientStreams: readonly ClientStream[];
}

const installationId = '0b8e9d0e-6f8c-4f44-9a1e-6d6b6a3c1f10';
const clients = 8;
const requestsHeld = 4_096;

/** The realm's keys over HTTP, as the identity provider publishes them, and tokens that they verify. */
async function createRealm(): Promise<{ authUrl: string; tokens: readonly string[]; close: () => void }> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwks = JSON.stringify({
    keys: [{ ...(await exportJWK(publicKey)), kid: 'bench', alg: 'RS256', use: 'sig' }],
  });
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(jwks);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const authUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tokens = await Promise.all(
    Array.from({ length: clients }, (_, index) =>
      new SignJWT({ typ: 'Bearer', installationId, clientId: `stream-${index}`, scope: 'events' })
        .setProtectedHeader({ alg: 'RS256', kid: 'bench', typ: 'JWT' })
        .setIssuer(`${authUrl}/auth/realms/streams`)
        .setAudience('ccd-data-plane')
        .setSubject(`service-account-stream-${index}`)
        .setJti(randomBytes(16).toString('hex'))
        .setIssuedAt()
        .setExpirationTime('12h')
        .sign(privateKey),
    ),
  );
  return { authUrl, tokens, close: () => server.close() };
}

export interface BenchWorld {
  readonly folder: string;
  readonly avroRequests: string;
  readonly jsonRequests: string;
  close(): void;
}

/** Writes the world and the requests of a run to its folder. */
export async function createWorld(folder: string): Promise<BenchWorld> {
  const realm = await createRealm();
  const world: World = {
    authUrl: realm.authUrl,
    installationId,
    contract: pageViews,
    clientStreams: Array.from({ length: clients }, (_, index) => ({
      clientId: `stream-${index}`,
      stream: {
        kind: 'source',
        topic: 'stream-bench',
        uuid: 'bench',
        name: 'bench',
        projectId: 'bench',
        enabled: true,
        policyId: '',
      },
    })),
  };
  writeFileSync(join(folder, 'world.json'), JSON.stringify(world));
  const schema = compileSchema(pageViews.schema.definition);
  const write = (name: string, type: string, render: (index: number) => Buffer): string => {
    const file = join(folder, name);
    const requests = Array.from({ length: requestsHeld }, (_, index) => ({
      path: '/event',
      headers: {
        authorization: `Bearer ${realm.tokens[index % clients] ?? ''}`,
        'strm-schema-ref': pageViews.ref,
        'strm-serialization-type': type,
        'content-type': type,
      },
      body: render(index),
    }));
    writeRequests(file, requests);
    return file;
  };
  return {
    folder,
    avroRequests: write('avro.json', 'application/x-avro-binary', (index) =>
      schema.encode(pageViewOf(index)),
    ),
    jsonRequests: write('json.json', 'application/json', (index) =>
      Buffer.from(JSON.stringify(pageViewOf(index))),
    ),
    close: realm.close,
  };
}

export const readWorld = (folder: string): World =>
  JSON.parse(readFileSync(join(folder, 'world.json'), 'utf8')) as World;
