import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestCertificate } from './authority.ts';

const execute = promisify(execFile);

export type KeyStoreType = 'JKS' | 'PKCS12';

/** A truststore as Java's keytool writes it, with one authority in it. Needs `keytool`. */
export async function toTrustStore(ca: string, type: KeyStoreType, password: string): Promise<Buffer> {
  return inFolder(async (folder) => {
    await writeFile(join(folder, 'ca.pem'), ca);
    await keytool(folder, [
      ...['-importcert', '-noprompt', '-alias', 'ca', '-file', 'ca.pem'],
      ...['-keystore', 'store', '-storetype', type, '-storepass', password],
    ]);
    return readFile(join(folder, 'store'));
  });
}

/** A keystore with one certificate and its key, under the alias `own`. Needs `openssl`, and `keytool` for JKS. */
export async function toKeyStore(
  certificate: TestCertificate,
  type: KeyStoreType,
  password: string,
): Promise<Buffer> {
  return inFolder(async (folder) => {
    await writeFile(join(folder, 'own.pem'), certificate.key + certificate.cert);
    await execute(
      'openssl',
      [
        'pkcs12',
        '-export',
        '-name',
        'own',
        '-in',
        'own.pem',
        '-out',
        'store',
        '-passout',
        `pass:${password}`,
      ],
      { cwd: folder },
    );
    if (type === 'PKCS12') return readFile(join(folder, 'store'));
    await keytool(folder, [
      ...['-importkeystore', '-noprompt', '-srckeystore', 'store', '-srcstorepass', password],
      ...['-destkeystore', 'jks', '-deststoretype', 'JKS', '-deststorepass', password],
    ]);
    return readFile(join(folder, 'jks'));
  });
}

async function keytool(folder: string, args: readonly string[]): Promise<void> {
  await execute('keytool', [...args], { cwd: folder });
}

async function inFolder(make: (folder: string) => Promise<Buffer>): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'ccd-keystore-'));
  try {
    return await make(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
