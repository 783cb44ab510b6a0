import {
  cacheSettings,
  controlPlaneSettings,
  eventLogSettings,
  instanceSettings,
  keyStoreSettings,
  usageSettings,
} from '@ccd/dataplane';
import {
  ConfigError,
  adminSettings,
  bool,
  durationMs,
  loggingSettings,
  port,
  text,
  wholeNumber,
} from '@ccd/service';
import type { CertificateFiles } from '@ccd/service';
import { z } from 'zod';

/** Settings of the event gateway. */
export const configSchema = z.object({
  STRM_GATEWAY_HOST: text().default('127.0.0.1').describe('Address to listen on'),
  STRM_GATEWAY_PORT: port()
    .default(8081)
    .describe('Port of `POST /event`, `/is-alive` and `/ready`, and of `/metrics` without `ADMIN_PORT`'),
  ADMIN_HOST: adminSettings.ADMIN_HOST,
  ADMIN_PORT: port()
    .optional()
    .describe(
      'Port of the same, to keep `/metrics` from those who send events; default: the port of events has it',
    ),
  STRM_SERIALIZE_AS_JSON: bool()
    .default(false)
    .describe('Whether values on the log are Avro JSON instead of Avro binary'),
  MAX_EVENT_BYTES: wholeNumber({ min: 1 }).default(1_000_000).describe('Largest body of an event'),
  MAX_IN_FLIGHT: wholeNumber({ min: 1 })
    .default(1_000)
    .describe('Requests worked on at the same time at most; beyond it 503'),
  MAX_BYTES_IN_FLIGHT: wholeNumber({ min: 1 })
    .default(64_000_000)
    .describe('Bytes of bodies that these hold at most; beyond it 503'),
  DEADLINE_MS: durationMs({ min: 1 })
    .default(9_000)
    .describe('Time after which a request is answered with 503'),
  MAX_CONNECTIONS: wholeNumber({ min: 1 })
    .default(10_000)
    .describe('Connections at the same time at most; more are closed as they come'),
  MAX_STREAMS_PER_CONNECTION: wholeNumber({ min: 1 })
    .default(128)
    .describe('Requests of one HTTP/2 connection at the same time at most'),
  MAX_HEADER_BYTES: wholeNumber({ min: 1_024 })
    .default(16_384)
    .describe('Largest request line and headers together'),
  REQUEST_TIMEOUT_MS: durationMs({ min: 1 })
    .default(15_000)
    .describe('Longest time for a request to arrive; slower connections are closed'),
  IDLE_TIMEOUT_MS: durationMs({ min: 1 })
    .default(300_000)
    .describe('Longest time without anything happening on a connection'),
  TLS_CERT_FILE: text()
    .optional()
    .describe('Certificate chain (PEM) to speak TLS with, beside cleartext; read again when it changes'),
  TLS_KEY_FILE: text().optional().describe('Its private key (PEM)'),
  DRAIN_DELAY_MS: durationMs({ max: 15_000 })
    .default(0)
    .describe(
      'Time between no longer being ready and taking no more connections, for load balancers to notice',
    ),
  USAGE_INTERVAL_MS: durationMs({ min: 1_000 })
    .default(60_000)
    .describe('Time between two counts of the events of a stream'),
  ...usageSettings,
  ...instanceSettings,
  ...controlPlaneSettings,
  ...eventLogSettings,
  ...keyStoreSettings,
  ...cacheSettings,
  ...loggingSettings,
});

export type GatewayConfig = z.output<typeof configSchema>;

/** The certificate's files, where there is TLS. @throws ConfigError where one of the two is missing */
export function toCertificateFiles(
  config: Pick<GatewayConfig, 'TLS_CERT_FILE' | 'TLS_KEY_FILE'>,
): CertificateFiles | undefined {
  const { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile } = config;
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile };
  const variable = certFile === undefined ? 'TLS_CERT_FILE' : 'TLS_KEY_FILE';
  throw new ConfigError([{ variable, problem: 'is not set', accepted: 'the path of a file' }]);
}
