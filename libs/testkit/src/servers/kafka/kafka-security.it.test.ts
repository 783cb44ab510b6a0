import { expect, it } from '@jest/globals';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { Kafka, logLevel } from 'kafkajs';
import type { KafkaConfig, SASLOptions } from 'kafkajs';
import { createTestCertificates, describeWithServers, startKafka, useServer } from '../index.ts';
import type { KafkaServer } from '../index.ts';

interface Secured {
  readonly kafka: KafkaServer;
  readonly certificates: Awaited<ReturnType<typeof createTestCertificates>>;
  readonly token: (audience: string, key?: CryptoKey) => Promise<string>;
  stop(): Promise<void>;
}

async function startSecured(): Promise<Secured> {
  const [certificates, keys] = await Promise.all([createTestCertificates(), generateKeyPair('RS256')]);
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  const kafka = await startKafka({
    security: {
      tls: { ...certificates, clients: 'need a certificate' },
      users: { app: 'secret' },
      oauth: {
        jwks: JSON.stringify({ keys: [jwk] }),
        issuer: 'https://issuer.example',
        audience: 'kafka',
      },
    },
  });
  return {
    kafka,
    certificates,
    token: (audience, key = keys.privateKey) =>
      new SignJWT({ scope: 'all' })
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .setIssuer('https://issuer.example')
        .setAudience(audience)
        .setSubject('app')
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(key),
    stop: () => kafka.stop(),
  };
}

async function listTopics(brokers: readonly string[], options: Partial<KafkaConfig>): Promise<unknown> {
  const kafka = new Kafka({
    ...{ brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 0 } },
    ...options,
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await admin.listTopics();
  } finally {
    await admin.disconnect();
  }
}

describeWithServers('kafka', 'startKafka, with secure listeners', () => {
  const server = useServer(startSecured);

  it('asks for a certificate on SSL', async () => {
    const { kafka, certificates } = server();
    const { ca, client, strangeClient } = certificates;
    await expect(listTopics(kafka.secure.SSL, { ssl: { ca, ...client } })).resolves.toEqual([]);
    await expect(listTopics(kafka.secure.SSL, { ssl: { ca } })).rejects.toThrow('alert bad certificate');
    await expect(listTopics(kafka.secure.SSL, { ssl: { ca, ...strangeClient } })).rejects.toThrow('alert');
  });

  type Login = (password: string) => SASLOptions;
  it.each<readonly [string, Login]>([
    ['PLAIN', (password) => ({ mechanism: 'plain', username: 'app', password })],
    ['SCRAM-SHA-256', (password) => ({ mechanism: 'scram-sha-256', username: 'app', password })],
    ['SCRAM-SHA-512', (password) => ({ mechanism: 'scram-sha-512', username: 'app', password })],
  ])('asks for a password by %s on SASL_SSL', async (_, sasl) => {
    const { kafka, certificates } = server();
    const ssl = { ca: certificates.ca };
    const login = (password: string): Promise<unknown> =>
      listTopics(kafka.secure.SASL_SSL, { ssl, sasl: sasl(password) });
    await expect(login('secret')).resolves.toEqual([]);
    await expect(login('wrong')).rejects.toThrow(/[Aa]uthentication/);
  });

  it('takes tokens on SASL_SSL that are for it and signed with a known key', async () => {
    const { kafka, certificates, token } = server();
    const login = (audience: string, key?: CryptoKey): Promise<unknown> =>
      listTopics(kafka.secure.SASL_SSL, {
        ssl: { ca: certificates.ca },
        sasl: {
          mechanism: 'oauthbearer',
          oauthBearerProvider: async () => ({ value: await token(audience, key) }),
        },
      });
    await expect(login('kafka')).resolves.toEqual([]);
    await expect(login('others')).rejects.toThrow(/invalid_token|No brokers/);
    const { privateKey: strange } = await generateKeyPair('RS256');
    await expect(login('kafka', strange)).rejects.toThrow(/invalid_token|No brokers/);
  });
});
