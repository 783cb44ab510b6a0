import { controlPlaneSettings, eventLogSettings, usageSettings } from '@ccd/dataplane';
import { loggingSettings, port, text } from '@ccd/service';
import { z } from 'zod';

/** Settings of the usage forwarder. */
export const configSchema = z.object({
  ...usageSettings,
  ADMIN_HOST: text().default('127.0.0.1').describe('Address of `/is-alive`, `/ready` and `/metrics`'),
  ADMIN_PORT: port().default(0).describe('Port of the same; 0 lets the system choose'),
  ...controlPlaneSettings,
  ...eventLogSettings,
  ...loggingSettings,
});

export type UsageForwarderConfig = z.output<typeof configSchema>;
