import { readFileSync } from 'node:fs';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { toPem } from 'jks-js';
import { codeOf } from '../wire/errors.ts';

/** A file of certificates or keys that cannot be used; names the file, and nothing of what is in it. */
export class KeyMaterialError extends Error {
  override readonly name = 'KeyMaterialError';
  readonly file: string;
  readonly reason: string;
  constructor(file: string, reason: string, options?: ErrorOptions) {
    super(`${file}: ${reason}`, options);
    this.file = file;
    this.reason = reason;
  }
}

export interface StoreFile {
  readonly file: string;
  readonly password?: string | undefined;
}

/** Certificates and a key in PEM. */
export interface KeyMaterial {
  readonly certificates: readonly string[];
  readonly identity?: { readonly cert: string; readonly key: string };
}

const pemCertificate = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;
const pemKey = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----[\s\S]+?-----END (?:[A-Z]+ )*PRIVATE KEY-----/;
const jksMagic = 0xfeedfeed;
const derSequence = 0x30;

/**
 * Reads PEM, JKS and PKCS#12, and tells them apart by what they hold: Java has written PKCS#12 into files named .jks for
 * years.
 * @throws KeyMaterialError
 */
export function readKeyMaterial({ file, password }: StoreFile): KeyMaterial {
  const bytes = readBytes(file);
  if (bytes.length >= 4 && (bytes.readUInt32BE(0) === jksMagic || bytes[0] === derSequence)) {
    return fromJavaStore(file, bytes, password);
  }
  return fromPem(file, bytes.toString('utf8'), password);
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new KeyMaterialError(file, `cannot be read (${codeOf(error) ?? 'unknown error'})`, {
      cause: error,
    });
  }
}

function fromJavaStore(file: string, bytes: Buffer, password: string | undefined): KeyMaterial {
  if (password === undefined) throw new KeyMaterialError(file, 'needs a password');
  let entries;
  try {
    entries = Object.values(toPem(bytes, password));
  } catch {
    // The library's own error may tell of what it read.
    throw new KeyMaterialError(file, 'cannot be opened: it is damaged, or the password is another one');
  }
  const holder = entries.find(({ cert, key }) => cert !== undefined && key !== undefined);
  return checked(file, {
    certificates: entries.flatMap(({ ca, cert }) => certificatesOf(`${ca ?? ''}\n${cert ?? ''}`)),
    ...(holder?.cert !== undefined && holder.key !== undefined
      ? { identity: { cert: holder.cert, key: holder.key } }
      : {}),
  });
}

function fromPem(file: string, text: string, password: string | undefined): KeyMaterial {
  const certificates = certificatesOf(text);
  const key = pemKey.exec(text)?.[0];
  if (key === undefined) return checked(file, { certificates });
  if (certificates.length === 0) throw new KeyMaterialError(file, 'has a private key and no certificate');
  let plain;
  try {
    plain = createPrivateKey({
      key,
      format: 'pem',
      ...(password === undefined ? {} : { passphrase: password }),
    });
  } catch {
    throw new KeyMaterialError(
      file,
      'the private key cannot be opened: damaged, or the password is another one',
    );
  }
  const opened = plain.export({ type: 'pkcs8', format: 'pem' });
  return checked(file, { certificates, identity: { cert: certificates.join('\n'), key: opened } });
}

function certificatesOf(text: string): string[] {
  return text.match(pemCertificate) ?? [];
}

function checked(file: string, material: KeyMaterial): KeyMaterial {
  try {
    for (const certificate of material.certificates) new X509Certificate(certificate);
  } catch {
    throw new KeyMaterialError(file, 'holds a certificate that cannot be read');
  }
  return material;
}
