import { readFileSync } from 'node:fs';
import type { Certificate } from '@ccd/service';
import type { ControlPlaneConfig } from './config.ts';

/** TLS was asked for without a certificate. */
export class CertificateMissingError extends Error {
  override readonly name = 'CertificateMissingError';
  constructor(setting: string) {
    super(`${setting} needs TLS_CERT_FILE and TLS_KEY_FILE`);
  }
}

/** @throws CertificateMissingError */
export function readCertificate(config: ControlPlaneConfig, setting: string): Certificate {
  const { TLS_CERT_FILE: cert, TLS_KEY_FILE: key } = config;
  if (cert === undefined || key === undefined) throw new CertificateMissingError(setting);
  return { cert: readFileSync(cert), key: readFileSync(key) };
}
