import { createPrivateKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { scratchDir } from '@ccd/testkit';
import { createTestCertificates } from '@ccd/testkit/servers';
import type { TestCertificates } from '@ccd/testkit/servers';
import { KeyMaterialError, readKeyMaterial } from './key-material.ts';

const folder = scratchDir();

describe(readKeyMaterial, () => {
  let certificates: TestCertificates;
  beforeAll(async () => {
    certificates = await createTestCertificates();
  });

  function write(name: string, content: string): string {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  }

  it('reads every certificate of a PEM file, whatever is written between them', () => {
    const file = write('two.pem', `# ours\n${certificates.ca}\nand\n${certificates.strangeCa}\n`);
    const { certificates: found, identity } = readKeyMaterial({ file });
    expect(found).toHaveLength(2);
    expect(identity).toBeUndefined();
  });

  it('reads a certificate with its key', () => {
    const { cert, key } = certificates.client;
    const { identity } = readKeyMaterial({ file: write('client.pem', key + cert) });
    expect(identity?.cert.trim()).toBe(cert.trim());
    expect(identity?.key.trim()).toBe(key.trim());
  });

  it('does not take a key for one with a certificate', () => {
    const file = write('key.pem', certificates.client.key);
    expect(() => readKeyMaterial({ file })).toThrow(/has a private key and no certificate/);
  });

  it('opens a key with its password, and not with another one', () => {
    const { cert, key } = certificates.client;
    const locked = createPrivateKey(key).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'right',
    });
    const file = write('locked.pem', locked + cert);
    expect(readKeyMaterial({ file, password: 'right' }).identity?.key.trim()).toBe(key.trim());
    expect(() => readKeyMaterial({ file, password: 'wrong' })).toThrow(KeyMaterialError);
    expect(() => readKeyMaterial({ file })).toThrow(/private key cannot be opened/);
  });

  it('names the file and the reason when it cannot be read', () => {
    expect(() => readKeyMaterial({ file: join(folder, 'none') })).toThrow(/none: cannot be read \(ENOENT\)/);
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
    expect(() => readKeyMaterial({ file: write('broken.pem', broken) })).toThrow(
      /certificate that cannot be read/,
    );
    const notJks = join(folder, 'not.jks');
    writeFileSync(notJks, Buffer.from([0xfe, 0xed, 0xfe, 0xed, 0, 0]));
    expect(() => readKeyMaterial({ file: notJks })).toThrow(/needs a password/);
    expect(() => readKeyMaterial({ file: notJks, password: 'p' })).toThrow(/damaged, or the password/);
  });
});
