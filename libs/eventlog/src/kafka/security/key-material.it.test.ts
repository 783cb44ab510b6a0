import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import { scratchDir } from '@ccd/testkit';
import { createTestCertificates, describeWithServers, toKeyStore, toTrustStore } from '@ccd/testkit/servers';
import type { TestCertificates } from '@ccd/testkit/servers';
import { readKeyMaterial } from './key-material.ts';

const folder = scratchDir();
const password = 'pa$$ "word"';

// keytool comes with the Java that Kafka runs on.
describeWithServers('kafka', 'readKeyMaterial, of files that keytool and openssl wrote', () => {
  let certificates: TestCertificates;
  beforeAll(async () => {
    certificates = await createTestCertificates();
  });

  const serialOf = (pem: string | undefined): string => new X509Certificate(pem ?? '').serialNumber;

  it.each(['JKS', 'PKCS12'] as const)('reads a truststore in %s, called .jks as Java does', async (type) => {
    const file = join(folder, `trust-${type}.jks`);
    writeFileSync(file, await toTrustStore(certificates.ca, type, password));
    const { certificates: found } = readKeyMaterial({ file, password });
    expect(found.map(serialOf)).toEqual([serialOf(certificates.ca)]);
    expect(() => readKeyMaterial({ file, password: 'wrong' })).toThrow(/the password is another one/);
  });

  it.each(['JKS', 'PKCS12'] as const)('reads a keystore in %s', async (type) => {
    const { cert, key } = certificates.client;
    const file = join(folder, `key-${type}`);
    writeFileSync(file, await toKeyStore(certificates.client, type, 'password'));
    const { identity } = readKeyMaterial({ file, password: 'password' });
    expect(serialOf(identity?.cert)).toBe(serialOf(cert));
    expect(identity?.key.replace(/\s/g, '')).toBe(key.replace(/\s/g, ''));
  });
});
