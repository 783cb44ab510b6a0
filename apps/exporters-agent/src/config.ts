import { agentSettings, workerLogSettings } from '@ccd/dataplane';
import type { clusterSettings } from '@ccd/dataplane';
import { z } from 'zod';

/** Settings of the exporters agent. */
export const configSchema = z.object({ ...agentSettings, ...workerLogSettings });

/** What it is configured by, but for its cluster, which whoever starts it connects. */
export type ExportersAgentConfig = Omit<z.output<typeof configSchema>, keyof typeof clusterSettings>;
