import { cacheSettings, controlPlaneSettings, eventLogSettings, instanceSettings } from '@ccd/dataplane';
import { loggingSettings, port, text, wholeNumber } from '@ccd/service';
import { z } from 'zod';

/** Settings of the web socket. */
export const configSchema = z.object({
  STRM_EGRESS_HOST: text().default('127.0.0.1').describe('Address to listen on'),
  STRM_EGRESSPORT: port().default(8082).describe('Port of `GET /ws`, `/is-alive`, `/ready` and `/metrics`'),
  MAX_CONNECTIONS: wholeNumber({ min: 1 })
    .default(500)
    .describe('Readers at the same time at most; beyond it 503'),
  MAX_BUFFERED_BYTES: wholeNumber({ min: 1 })
    .default(4_194_304)
    .describe('What may wait for one reader before reading on; a reader that takes nothing is cut off'),
  ...instanceSettings,
  ...controlPlaneSettings,
  ...eventLogSettings,
  ...cacheSettings,
  ...loggingSettings,
});

export type WebSocketConfig = z.output<typeof configSchema>;
