import { agentSettings, networkSettings } from '@ccd/dataplane';
import { durationMs } from '@ccd/service';
import { z } from 'zod';

/** Settings of the data connectors agent. */
export const configSchema = z.object({
  ...agentSettings,
  ...networkSettings,
  DATABASE_CHECK_INTERVAL_MS: durationMs({ min: 1_000 })
    .default(300_000)
    .describe('Time after which a database is asked again whether it lets us in, in milliseconds'),
});

export type ConnectorsAgentConfig = z.output<typeof configSchema>;
