import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '@ccd/reconcile/testing';
import { scratchDir } from '@ccd/testkit';
import { createTestCertificates } from '@ccd/testkit/servers';
import { kafkaSecurityOptions } from './options.ts';
import { toConnectionSecurity } from './to-connection-security.ts';

const folder = scratchDir();
const of = (options: unknown) => toConnectionSecurity(kafkaSecurityOptions.parse(options), createFakeClock());
const modules = 'org.apache.kafka.common.security';
const overSasl = (sasl: unknown) => of({ protocol: 'SASL_PLAINTEXT', sasl });

describe(toConnectionSecurity, () => {
  it('asks nothing of a plaintext connection, and takes no settings for one', () => {
    expect(of({ protocol: 'PLAINTEXT' })).toEqual({});
    expect(() => of({ protocol: 'PLAINTEXT', truststore: { file: 'x' } })).toThrow();
  });

  it('trusts what the truststore holds, and shows the certificate of the keystore', async () => {
    const { ca, client } = await createTestCertificates();
    const [truststore, keystore] = [join(folder, 'ca.pem'), join(folder, 'client.pem')];
    writeFileSync(truststore, ca);
    writeFileSync(keystore, client.key + client.cert);
    const { tls, sasl } = of({
      protocol: 'SSL',
      truststore: { file: truststore },
      keystore: { file: keystore },
    });
    expect(sasl).toBeUndefined();
    expect(tls).toMatchObject({ ca: [ca.trim()], rejectUnauthorized: true, minVersion: 'TLSv1.2' });
    expect(String(tls?.cert).trim()).toBe(client.cert.trim());
  });

  it('takes no truststore without certificates, and no keystore without a key', async () => {
    const { ca } = await createTestCertificates();
    const [empty, noKey] = [join(folder, 'empty.pem'), join(folder, 'no-key.pem')];
    writeFileSync(empty, '');
    writeFileSync(noKey, ca);
    expect(() => of({ protocol: 'SSL', truststore: { file: empty } })).toThrow(/holds no certificate/);
    expect(() => of({ protocol: 'SSL', keystore: { file: noKey } })).toThrow(/no certificate with its key/);
  });

  it.each([
    [{ jaasConfig: `${modules}.plain.PlainLoginModule required username="u" password="p";` }, 'PLAIN'],
    [
      { jaasConfig: `${modules}.scram.ScramLoginModule required username="u" password="p";` },
      'SCRAM-SHA-512',
    ],
    [
      {
        jaasConfig: `${modules}.scram.ScramLoginModule required username="u" password="p";`,
        mechanism: 'SCRAM-SHA-256',
      },
      'SCRAM-SHA-256',
    ],
    [{ mechanism: 'PLAIN', username: 'u', password: 'p' }, 'PLAIN'],
  ])('logs in as %j says', (sasl, mechanism) => {
    expect(overSasl(sasl)).toEqual({ sasl: { mechanism, username: 'u', password: 'p' } });
  });

  it('takes tokens for OAUTHBEARER', () => {
    const jaasConfig = `${modules}.oauthbearer.OAuthBearerLoginModule required clientId="c" clientSecret="s";`;
    const { sasl } = overSasl({ jaasConfig, tokenEndpoint: 'https://issuer.example/token' });
    expect(sasl).toMatchObject({ mechanism: 'OAUTHBEARER', token: expect.any(Function) });
    expect(() => overSasl({ jaasConfig })).toThrow(/needs a token endpoint/);
  });

  it.each([
    [{ jaasConfig: `${modules}.plain.PlainLoginModule required username="u";` }, /password is missing/],
    [{ jaasConfig: 'com.sun.security.auth.module.Krb5LoginModule required;' }, /none of PLAIN, SCRAM/],
    [
      {
        jaasConfig: `${modules}.plain.PlainLoginModule required username="u" password="p";`,
        mechanism: 'SCRAM-SHA-256',
      },
      /not one for SCRAM-SHA-256/,
    ],
  ])('refuses %j', (sasl, reason) => {
    expect(() => overSasl(sasl)).toThrow(reason);
  });
});
