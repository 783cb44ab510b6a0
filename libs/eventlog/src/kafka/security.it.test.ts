import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { systemClock as clock } from '@ccd/reconcile';
import { scratchDir } from '@ccd/testkit';
import {
  createTestCertificates,
  describeWithServers,
  startKafka,
  toKeyStore,
  toTrustStore,
  uniqueName,
  useServer,
} from '@ccd/testkit/servers';
import type { KafkaServer, TestCertificate, TestCertificates } from '@ccd/testkit/servers';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { connectEventLog } from '../connect-event-log.ts';
import { LogUnavailableError } from '../errors.ts';
import { eventLogOptions } from '../options.ts';
import { readTopic } from '../read-topic.ts';

const folder = scratchDir();
const password = 'hunter2';
const modules = 'org.apache.kafka.common.security';

/** Appends a record and reads it. */
async function roundTrip(brokers: readonly string[], security: unknown): Promise<string> {
  const options = { engine: 'kafka', bootstrapServers: brokers.join(), security, deadlineMs: 5_000 };
  const log = await connectEventLog(eventLogOptions.parse(options), { clock });
  try {
    const topic = uniqueName('topic');
    await log.admin.createTopic({ name: topic, partitions: 1, config: { cleanup: 'delete' } });
    const producer = await log.createProducer();
    await producer.append([{ topic, key: null, value: Buffer.from('seen') }]);
    for await (const record of readTopic(log, topic)) return String(record.value);
    return 'nothing';
  } finally {
    await log.close();
  }
}

/** What a connection that must not come about fails with; it names no password. */
async function refusal(brokers: readonly string[], security: unknown): Promise<string> {
  const options = { engine: 'kafka', bootstrapServers: brokers.join(), security, deadlineMs: 3_000 };
  const failure: unknown = await connectEventLog(eventLogOptions.parse(options), { clock }).catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(LogUnavailableError);
  expect(String(failure)).not.toMatch(/hunter2|wrong/);
  return String(failure);
}

describeWithServers('kafka', 'connectEventLog to brokers that want to know who it is', () => {
  let certificates: TestCertificates;
  let truststore: { file: string; password: string };
  let tokenEndpoint: string;
  let audience = 'kafka';
  const stops: (() => void)[] = [];

  const server = useServer(async (): Promise<KafkaServer> => {
    certificates = await createTestCertificates();
    truststore = { file: join(folder, 'client.truststore.jks'), password };
    writeFileSync(truststore.file, await toTrustStore(certificates.ca, 'JKS', password));
    const keys = await generateKeyPair('RS256');
    const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
    const issuer = 'https://issuer.example';
    const tokens = createServer((_, response) => {
      void new SignJWT({ scope: 'all' })
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject('app')
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(keys.privateKey)
        .then((token) => response.end(JSON.stringify({ access_token: token, expires_in: 300 })));
    }).listen(0, '127.0.0.1');
    await once(tokens, 'listening');
    stops.push(() => {
      tokens.closeAllConnections();
      tokens.close();
    });
    tokenEndpoint = `http://127.0.0.1:${(tokens.address() as AddressInfo).port}/token`;
    return startKafka({
      security: {
        tls: { ...certificates, clients: 'need a certificate' },
        users: { app: password },
        oauth: { jwks: JSON.stringify({ keys: [jwk] }), issuer, audience: 'kafka' },
      },
    });
  });
  afterAll(() => {
    for (const stop of stops) stop();
  });

  it('logs in by the line of the chart, over TLS with a truststore of Java', async () => {
    const jaas = (secret: string): string =>
      `${modules}.plain.PlainLoginModule required username="app" password="${secret}";`;
    const security = (secret: string) => ({
      protocol: 'SASL_SSL',
      truststore,
      sasl: { jaasConfig: jaas(secret) },
    });
    await expect(roundTrip(server().secure.SASL_SSL, security(password))).resolves.toBe('seen');
    await expect(refusal(server().secure.SASL_SSL, security('wrong'))).resolves.toMatch(
      /authentication failed/,
    );
  });

  it.each(['SCRAM-SHA-256', 'SCRAM-SHA-512'])('logs in by %s', async (mechanism) => {
    const security = (secret: string) => ({
      protocol: 'SASL_SSL',
      truststore,
      sasl: { mechanism, username: 'app', password: secret },
    });
    await expect(roundTrip(server().secure.SASL_SSL, security(password))).resolves.toBe('seen');
    await expect(refusal(server().secure.SASL_SSL, security('wrong'))).resolves.toMatch(
      /authentication failed/,
    );
  });

  it('logs in with a token for these brokers, and not with one for others', async () => {
    const sasl = { mechanism: 'OAUTHBEARER', tokenEndpoint, clientId: 'app', clientSecret: password };
    const security = { protocol: 'SASL_SSL', truststore, sasl };
    await expect(roundTrip(server().secure.SASL_SSL, security)).resolves.toBe('seen');
    audience = 'others';
    await expect(refusal(server().secure.SASL_SSL, security)).resolves.toMatch(/refuse the token/);
    const nowhere = { ...sasl, tokenEndpoint: 'http://127.0.0.1:1/token' };
    await expect(refusal(server().secure.SASL_SSL, { ...security, sasl: nowhere })).resolves.toMatch(
      /no token from/,
    );
  });

  it('shows its own certificate where the brokers ask for one', async () => {
    const keystoreOf = async (name: string, certificate: TestCertificate) => {
      const file = join(folder, name);
      writeFileSync(file, await toKeyStore(certificate, 'PKCS12', password));
      return { protocol: 'SSL', truststore, keystore: { file, password } };
    };
    const { client, strangeClient, expiredClient } = certificates;
    await expect(roundTrip(server().secure.SSL, await keystoreOf('client.p12', client))).resolves.toBe(
      'seen',
    );
    await expect(refusal(server().secure.SSL, { protocol: 'SSL', truststore })).resolves.toMatch(
      /no answer from .*: Connection closed/,
    );
    const strange = await keystoreOf('strange.p12', strangeClient);
    await expect(refusal(server().secure.SSL, strange)).resolves.toMatch(
      /no answer from .*: Connection closed/,
    );
    const expired = await keystoreOf('expired.p12', expiredClient);
    await expect(refusal(server().secure.SSL, expired)).resolves.toMatch(
      /no answer from .*: Connection closed/,
    );
  });

  it('does not take brokers of another authority for its own', async () => {
    const file = join(folder, 'strange.pem');
    writeFileSync(file, certificates.strangeCa);
    const sasl = { mechanism: 'PLAIN', username: 'app', password };
    const security = { protocol: 'SASL_SSL', truststore: { file }, sasl };
    await expect(refusal(server().secure.SASL_SSL, security)).resolves.toMatch(/CERT|VERIFY/);
  });
});

describeWithServers('kafka', 'connectEventLog to brokers to whom one has to prove anew who one is', () => {
  const lifetimeMs = 1_000;
  let certificates: TestCertificates;
  const server = useServer(async () => {
    certificates = await createTestCertificates();
    return startKafka({
      security: { tls: certificates, users: { app: password } },
      settings: { 'connections.max.reauth.ms': lifetimeMs },
    });
  });

  it('goes on meanwhile', async () => {
    const file = join(folder, 'authority.pem');
    writeFileSync(file, certificates.ca);
    const sasl = { mechanism: 'SCRAM-SHA-512', username: 'app', password };
    const log = await connectEventLog(
      eventLogOptions.parse({
        engine: 'kafka',
        bootstrapServers: server().secure.SASL_SSL.join(),
        security: { protocol: 'SASL_SSL', truststore: { file }, sasl },
      }),
      { clock },
    );
    const topic = uniqueName('topic');
    await log.admin.createTopic({ name: topic, partitions: 1, config: { cleanup: 'delete' } });
    const producer = await log.createProducer();
    const append = () => producer.append([{ topic, key: null, value: Buffer.from('seen') }]);
    const until = performance.now() + 4 * lifetimeMs;
    let sent = 0;
    for (; performance.now() < until; sent++) await append();
    const [bounds] = await log.admin.bounds(topic);
    expect(bounds?.latest).toBe(sent);
    await log.close();
  });
});

describeWithServers('kafka', 'connectEventLog to brokers with a certificate', () => {
  let certificates: TestCertificates;
  beforeAll(async () => {
    certificates = await createTestCertificates();
  });

  it.each([
    ['that has expired', 'expiredServer', 'CERT_HAS_EXPIRED'],
    ['of another host', 'serverOfOtherHost', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ] as const)('%s turns away', async (_, name, code) => {
    const file = join(folder, `${name}.pem`);
    writeFileSync(file, certificates.ca);
    // A listener is enough: nothing is said before the certificate is looked at.
    const listener = createTlsServer({ ...certificates[name] }, (socket) => socket.on('error', () => {}));
    listener.on('tlsClientError', () => {});
    await once(listener.listen(0, '127.0.0.1'), 'listening');
    const brokers = [`127.0.0.1:${(listener.address() as AddressInfo).port}`];
    const security = { protocol: 'SSL', truststore: { file } };
    await expect(refusal(brokers, security)).resolves.toContain(code);
    listener.close();
  });
});
