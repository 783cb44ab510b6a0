import { cacheSettings, controlPlaneSettings, instanceSettings } from '@ccd/dataplane';
import { durationMs, loggingSettings, port, text, wholeNumber } from '@ccd/service';
import { z } from 'zod';

/**
 * Settings of the schema registry. No name begins with SCHEMA_REGISTRY_: Kubernetes sets such variables itself beside
 * a Service of that name.
 */
export const configSchema = z.object({
  STRM_REGISTRY_HOST: text().default('127.0.0.1').describe('Address to listen on'),
  STRM_REGISTRY_PORT: port()
    .default(8080)
    .describe('Port of `/confluent`, `/is-alive`, `/ready` and `/metrics`'),
  MAX_CONNECTIONS: wholeNumber({ min: 1 })
    .default(1_000)
    .describe('Connections at the same time at most; more are closed as they come'),
  MAX_LOOKUPS: wholeNumber({ min: 1 })
    .default(200)
    .describe('Requests that wait for the control plane at the same time at most; beyond it 503'),
  REQUEST_TIMEOUT_MS: durationMs({ min: 1 })
    .default(15_000)
    .describe('Longest time for a request to arrive; slower connections are closed'),
  IDLE_TIMEOUT_MS: durationMs({ min: 1 })
    .default(60_000)
    .describe('Longest time without anything happening on a connection'),
  ...instanceSettings,
  ...controlPlaneSettings,
  ...cacheSettings,
  ...loggingSettings,
});

export type SchemaRegistryConfig = z.output<typeof configSchema>;
