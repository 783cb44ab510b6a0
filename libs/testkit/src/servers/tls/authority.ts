// The library's decorators ask for it before the library itself is loaded.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';

/** A certificate and its key, as PEM; the key in PKCS #8, without a password. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateWish {
  /** `CN` of the subject. */
  readonly name: string;
  /** `O` of the subject: the group that Kubernetes takes a client for. */
  readonly organisation?: string;
  /** Host names and IP addresses it is for; this machine's loopback unless said. */
  readonly hosts?: readonly string[];
  /** `expired`: it ended yesterday. */
  readonly validity?: 'valid' | 'expired';
}

/** An authority that exists for one test. */
export interface TestAuthority {
  /** Its own certificate, as PEM: what the other side has to trust. */
  readonly ca: string;
  issue(wish: CertificateWish): Promise<TestCertificate>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const day = 86_400_000;

/** Makes a new authority; everything it issues is for servers and clients alike. Takes a few milliseconds. */
export async function createTestAuthority(name = 'test authority'): Promise<TestAuthority> {
  const keys = await newKeys();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
    ...lifetime('valid'),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });

  return {
    ca: root.toString('pem'),
    async issue({ name: subject, organisation, hosts = ['localhost', '127.0.0.1'], validity = 'valid' }) {
      const own = await newKeys();
      const certificate = await x509.X509CertificateGenerator.create({
        subject: [...(organisation === undefined ? [] : [`O=${organisation}`]), `CN=${subject}`].join(', '),
        issuer: root.subject,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        ...lifetime(validity),
        extensions: [
          new x509.BasicConstraintsExtension(false),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([
            x509.ExtendedKeyUsage.serverAuth,
            x509.ExtendedKeyUsage.clientAuth,
          ]),
          new x509.SubjectAlternativeNameExtension(
            hosts.map((host) => ({ type: isAddress(host) ? 'ip' : 'dns', value: host })),
          ),
          await x509.AuthorityKeyIdentifierExtension.create(root),
        ],
      });
      const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', own.privateKey));
      return {
        cert: `${certificate.toString('pem')}\n`,
        key: `${x509.PemConverter.encode(key, 'PRIVATE KEY')}\n`,
      };
    },
  };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

/** An expired one began before the authority did, which nobody checks, and ended yesterday. */
function lifetime(validity: 'valid' | 'expired'): { readonly notBefore: Date; readonly notAfter: Date } {
  const now = Date.now();
  const [from, until] = validity === 'valid' ? [now - day, now + 10 * day] : [now - 10 * day, now - day];
  return { notBefore: new Date(from), notAfter: new Date(until) };
}

function isAddress(host: string): boolean {
  return isIP(host) !== 0;
}
