import { agentSettings } from '@ccd/dataplane';
import { z } from 'zod';

/** Settings of the exporters agent. */
export const configSchema = z.object(agentSettings);
