import { ConfigError, readSettingFile } from '@ccd/service';
import type { Certificate } from '@ccd/service';
import type { ControlPlaneConfig } from './config.ts';

/** @throws ConfigError where TLS was asked for by `setting` without a certificate that can be read */
export function readCertificate(config: ControlPlaneConfig, setting: string): Certificate {
  const { TLS_CERT_FILE: cert, TLS_KEY_FILE: key } = config;
  if (cert === undefined || key === undefined) {
    throw new ConfigError([{ variable: setting, problem: 'needs TLS_CERT_FILE and TLS_KEY_FILE' }]);
  }
  return { cert: readSettingFile('TLS_CERT_FILE', cert), key: readSettingFile('TLS_KEY_FILE', key) };
}
