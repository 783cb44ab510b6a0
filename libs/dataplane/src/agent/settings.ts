import { adminSettings, durationMs, loggingSettings } from '@ccd/service';
import type { z } from 'zod';
import { guardrailSettings } from '../guardrails/guardrails.ts';
import { controlPlaneSettings, instanceSettings } from '../settings.ts';
import { clusterSettings } from './cluster-settings.ts';

/** Settings of every agent. */
export const agentSettings = {
  ...instanceSettings,
  POLL_INTERVAL_MS: durationMs({ min: 100 })
    .default(30_000)
    .describe('Time between two looks at what should exist, in milliseconds'),
  ...clusterSettings,
  ...guardrailSettings,
  ...adminSettings,
  ...controlPlaneSettings,
  ...loggingSettings,
} as const;

/** What an agent is configured by, but for its cluster, which whoever starts it connects. */
export type AgentConfig = Omit<z.output<z.ZodObject<typeof agentSettings>>, keyof typeof clusterSettings>;
