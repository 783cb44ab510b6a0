import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { join } from 'node:path';
import { compileSchema } from '@ccd/contracts';
import { createFakeControlPlane } from '@ccd/controlplane/testing';
import type { EmbeddedEngine, EmbeddedLog } from '@ccd/eventlog';
import { connectEmbeddedLog, readTopic, startEmbeddedEngine } from '@ccd/eventlog';
import { systemClock as clock } from '@ccd/reconcile';
import { loadConfig } from '@ccd/service';
import { createSilentLogger, testCertificate } from '@ccd/service/testing';
import { eventually, scaled, scratchDir } from '@ccd/testkit';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { configSchema, toCertificateFiles } from './config.ts';
import type { RunningGateway } from './start-event-gateway.ts';
import { startEventGateway } from './start-event-gateway.ts';
import { definition, sampleEvent } from './testing/events.ts';
import { sampleSender } from './testing/gateway-rig.ts';

const folder = scratchDir();
const socketPath = join(folder, 'run', 'log.sock');
let engine: EmbeddedEngine;
let log: EmbeddedLog;
let gateway: RunningGateway;
let headers: Record<string, string>;

beforeAll(async () => {
  engine = await startEmbeddedEngine({ dataDir: join(folder, 'data'), socketPath, clock });
  log = await connectEmbeddedLog({ socketPath, clock });
  await log.admin.createTopic({ name: 'stream-1', partitions: 2, config: { cleanup: 'delete' } });
  await log.admin.createTopic({ name: 'keys-1', partitions: 1, config: { cleanup: 'compact' } });
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const cacheDir = join(folder, 'cache');
  mkdirSync(cacheDir);
  // The realm is away; its keys are known from before.
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' }];
  writeFileSync(join(cacheDir, 'stream-token-keys.json'), JSON.stringify({ keys }));
  const authUrl = 'http://127.0.0.1:1';
  const claims = {
    iss: `${authUrl}/auth/realms/streams`,
    aud: 'ccd-data-plane',
    installationId: 'here',
    clientId: 'stream-demo',
    exp: Math.floor(clock.now() / 1_000) + 600,
  };
  const token = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k' }).sign(privateKey);
  headers = { authorization: `Bearer ${token}`, 'strm-schema-ref': definition.ref };
  const [certFile, keyFile] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  writeFileSync(certFile, testCertificate().cert);
  writeFileSync(keyFile, testCertificate().key);
  const secret = Buffer.alloc(32, 7).toString('base64');
  gateway = await startEventGateway(
    loadConfig(configSchema, {
      STRM_GATEWAY_PORT: '0',
      STRM_API_HOST: 'unused',
      STRM_AUTH_URL: authUrl,
      STRM_AUTH_CLIENT_ID: 'id',
      STRM_AUTH_CLIENT_SECRET: 'secret',
      STRM_INSTALLATION_ID: 'here',
      EVENTLOG_SOCKET: socketPath,
      KEY_LOOKUP_SECRET: secret,
      KEY_ENCRYPTION_KEYS: `k1:${secret}`,
      CACHE_DIR: cacheDir,
      DRAIN_DELAY_MS: '300',
      TLS_CERT_FILE: certFile,
      TLS_KEY_FILE: keyFile,
    }),
    {
      clock,
      logger: createSilentLogger(),
      controlPlane: createFakeControlPlane({ contracts: [definition], clientStreams: [sampleSender] }),
    },
  );
});
afterAll(async () => {
  await gateway.stop('the test is over');
  await log.close();
  await engine.close();
});

interface Ledger {
  /** Ids of events that were answered 204. */
  readonly stored: string[];
  /** Ids of events that got no answer. */
  readonly unknown: string[];
  readonly otherStatuses: number[];
  closes: number;
  goaways: number;
}

const bodyOf = (id: string): string => JSON.stringify(sampleEvent({ notSensitiveValue: id }));

/** Sends one event after the other until it cannot connect any more. */
async function sendByHttp1(name: string, ledger: Ledger): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { port } = new URL(gateway.url);
  const send = (id: string) =>
    new Promise<'gone' | 'answered' | 'unknown'>((resolve) => {
      const sent = request({ port, host: '127.0.0.1', path: '/event', method: 'POST', agent, headers });
      sent.on('error', (error: NodeJS.ErrnoException) => {
        resolve(error.code === 'ECONNREFUSED' ? 'gone' : 'unknown');
      });
      sent.on('response', (response) => {
        if (response.statusCode === 204) ledger.stored.push(id);
        else ledger.otherStatuses.push(response.statusCode ?? 0);
        if (response.headers.connection === 'close') ledger.closes += 1;
        response.resume().on('end', () => {
          resolve('answered');
        });
      });
      sent.end(bodyOf(id));
    });
  for (let count = 0; ; count += 1) {
    const id = `${name}-${count}`;
    const outcome = await send(id);
    if (outcome === 'gone') break;
    if (outcome === 'unknown') ledger.unknown.push(id);
  }
  agent.destroy();
}

/** Sends events on one connection, and opens another when it is told to go. */
async function sendByHttp2(name: string, ledger: Ledger): Promise<void> {
  for (let connection = 0; ; connection += 1) {
    const session = connectHttp2(gateway.url);
    const ended = new Promise<string | undefined>((resolve) => {
      session.on('error', (error: NodeJS.ErrnoException) => {
        resolve(error.code);
      });
      session.on('close', () => {
        resolve(undefined);
      });
    });
    session.on('goaway', () => {
      ledger.goaways += 1;
    });
    const send = async (id: string): Promise<void> => {
      const stream = session.request({ ':method': 'POST', ':path': '/event', ...headers });
      const status = await new Promise<number | undefined>((resolve) => {
        stream.on('response', (answer) => {
          resolve(answer[':status']);
        });
        stream
          .on('error', () => {})
          .on('close', () => {
            resolve(undefined);
          });
        stream.end(bodyOf(id));
      });
      stream.resume();
      if (status === 204) ledger.stored.push(id);
      else if (status === undefined) ledger.unknown.push(id);
      else ledger.otherStatuses.push(status);
    };
    for (let count = 0; !session.closed && !session.destroyed; count += 1) {
      const id = `${name}-${connection}-${count}`;
      await Promise.all([send(`${id}a`), send(`${id}b`), send(`${id}c`)]).catch(() => {});
    }
    if ((await ended) === 'ECONNREFUSED') return;
  }
}

describe('a gateway with a certificate', () => {
  it('takes events over TLS on the port on which it takes them in cleartext', async () => {
    const url = gateway.url.replace('http:', 'https:');
    const session = connectHttp2(url, { ca: testCertificate().cert, servername: 'localhost' });
    const stream = session.request({ ':method': 'POST', ':path': '/event', ...headers });
    stream.end(bodyOf('over-tls'));
    const [answer] = (await once(stream, 'response')) as [{ ':status'?: number }];
    session.close();
    expect(answer[':status']).toBe(204);
    const init = { method: 'POST', headers, body: bodyOf('in-cleartext') };
    expect((await fetch(`${gateway.url}/event`, init)).status).toBe(204);
  });

  it('wants both of its files', () => {
    const config = { TLS_CERT_FILE: 'a', TLS_KEY_FILE: undefined };
    expect(() => toCertificateFiles(config)).toThrow('TLS_KEY_FILE is not set');
  });
});

describe('a gateway that is stopped under load', () => {
  it('says that it is not ready, answers what comes, sends clients away, and loses nothing', async () => {
    const ledger: Ledger = {
      stored: ['over-tls', 'in-cleartext'],
      unknown: [],
      otherStatuses: [],
      closes: 0,
      goaways: 0,
    };
    const senders = [
      ...Array.from({ length: 6 }, (_, index) => sendByHttp1(`one-${index}`, ledger)),
      ...Array.from({ length: 2 }, (_, index) => sendByHttp2(`two-${index}`, ledger)),
    ];
    await eventually('there is load', () => ledger.stored.length >= scaled(5_000), 120_000);
    expect((await fetch(`${gateway.url}/ready`)).status).toBe(200);

    const stopped = gateway.stop('the test stops it');
    const storedBefore = ledger.stored.length;
    expect((await fetch(`${gateway.url}/ready`)).status).toBe(503);
    await stopped;
    await Promise.all(senders);

    expect(ledger.stored.length).toBeGreaterThan(storedBefore);
    expect(ledger.otherStatuses).toEqual([]);
    expect(ledger.closes).toBeGreaterThan(0);
    expect(ledger.goaways).toBeGreaterThan(0);

    const schema = compileSchema(definition.schema.definition);
    const counts = new Map<string, number>();
    for await (const { value } of readTopic(log, 'stream-1')) {
      const id = String(schema.decode(value?.subarray(5) ?? Buffer.alloc(0))['notSensitiveValue']);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    const lost = ledger.stored.filter((id) => counts.get(id) !== 1);
    expect(lost).toEqual([]);
    const unknown = new Set(ledger.unknown);
    const answered = new Set(ledger.stored);
    const unexplained = [...counts].filter(
      ([id, count]) => count > 1 || !(answered.has(id) || unknown.has(id)),
    );
    expect(unexplained).toEqual([]);
  }, 180_000);
});
