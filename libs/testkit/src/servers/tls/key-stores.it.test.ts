import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { scratchDir } from '../../scratch-dir.ts';
import { createTestCertificates, describeWithServers, toKeyStore, toTrustStore } from '../index.ts';
import type { TestCertificates } from '../index.ts';

/** What Java says of a store. keytool comes with the Java that Kafka needs. */
function list(folder: string, store: Buffer, password: string): string {
  const file = join(folder, 'store');
  writeFileSync(file, store);
  return execFileSync('keytool', ['-list', '-v', '-keystore', file, '-storepass', password], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

describeWithServers('kafka', 'key stores', () => {
  const folder = scratchDir();
  let certificates: TestCertificates;
  beforeAll(async () => {
    certificates = await createTestCertificates();
  });

  describe.each(['JKS', 'PKCS12'] as const)('of type %s', (type) => {
    it('hold an authority, for Java to trust', async () => {
      const said = list(folder, await toTrustStore(certificates.ca, type, 'changeit'), 'changeit');
      expect(said).toContain(`Keystore type: ${type}`);
      expect(said).toContain('Entry type: trustedCertEntry');
      expect(said).toContain('Owner: CN=test authority');
    });

    it('hold a certificate and its key', async () => {
      const said = list(folder, await toKeyStore(certificates.client, type, 'changeit'), 'changeit');
      expect(said).toContain(`Keystore type: ${type}`);
      expect(said).toContain('Entry type: PrivateKeyEntry');
      expect(said).toContain('Owner: CN=client');
    });
  });

  it('of type PKCS12 are what other programs read too, with the password', async () => {
    const pfx = await toKeyStore(certificates.client, 'PKCS12', 'changeit');
    expect(() => createSecureContext({ pfx, passphrase: 'changeit' })).not.toThrow();
    expect(() => createSecureContext({ pfx, passphrase: 'other' })).toThrow('mac verify failure');
  });
});
