import { controlPlaneSettings, eventLogSettings, usageSettings } from '@ccd/dataplane';
import { adminSettings, loggingSettings } from '@ccd/service';
import { z } from 'zod';

/** Settings of the usage forwarder. */
export const configSchema = z.object({
  ...usageSettings,
  ...adminSettings,
  ...controlPlaneSettings,
  ...eventLogSettings,
  ...loggingSettings,
});

export type UsageForwarderConfig = z.output<typeof configSchema>;
