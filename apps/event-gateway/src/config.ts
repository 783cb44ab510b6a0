import {
  cacheSettings,
  controlPlaneSettings,
  eventLogSettings,
  instanceSettings,
  keyStoreSettings,
} from '@ccd/dataplane';
import { bool, durationMs, loggingSettings, port, text, wholeNumber } from '@ccd/service';
import { z } from 'zod';

/** Settings of the event gateway. */
export const configSchema = z.object({
  STRM_GATEWAY_HOST: text().default('127.0.0.1').describe('Address to listen on'),
  STRM_GATEWAY_PORT: port()
    .default(8081)
    .describe('Port of `POST /event`, `/is-alive`, `/ready` and `/metrics`'),
  STRM_SERIALIZE_AS_JSON: bool()
    .default(false)
    .describe('Whether values on the log are Avro JSON instead of Avro binary'),
  MAX_EVENT_BYTES: wholeNumber({ min: 1 }).default(1_000_000).describe('Largest body of an event'),
  MAX_IN_FLIGHT: wholeNumber({ min: 1 })
    .default(1_000)
    .describe('Requests answered at the same time at most; beyond it 503'),
  DEADLINE_MS: durationMs({ min: 1 })
    .default(9_000)
    .describe('Time after which a request is answered with 503'),
  ...instanceSettings,
  ...controlPlaneSettings,
  ...eventLogSettings,
  ...keyStoreSettings,
  ...cacheSettings,
  ...loggingSettings,
});

export type GatewayConfig = z.output<typeof configSchema>;
