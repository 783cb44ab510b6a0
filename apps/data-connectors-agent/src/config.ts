import { agentSettings } from '@ccd/dataplane';
import { z } from 'zod';

/** Settings of the data connectors agent. */
export const configSchema = z.object(agentSettings);
