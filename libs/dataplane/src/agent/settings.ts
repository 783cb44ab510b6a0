import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { clusterOptionsSchema } from '@ccd/cluster';
import type { ClusterOptions } from '@ccd/cluster';
import { adminSettings, durationMs, folder, isSecret, loggingSettings } from '@ccd/service';
import { z } from 'zod';
import { deadLetterSettings } from '../dead-letters.ts';
import { guardrailSettings } from '../guardrails/guardrails.ts';
import { keyStoreSettings } from '../key-store-settings.ts';
import { eventLogSettings } from '../event-log-settings.ts';
import { cacheSettings, controlPlaneSettings, instanceSettings } from '../settings.ts';
import { storageSettings } from '../storage-settings.ts';

/** Settings of every agent. */
export const agentSettings = {
  ...instanceSettings,
  POLL_INTERVAL_MS: durationMs({ min: 100 })
    .default(30_000)
    .describe('Time between two looks at what should exist, in milliseconds'),
  CLUSTER_ENGINE: z
    .enum(['local'])
    .default('local')
    .describe('Where workloads run: as processes beside the agent'),
  CLUSTER_DIR: folder().describe('Folder of the local cluster; one process owns it'),
  APPS_DIR: folder().describe(
    'Folder with the apps that the local cluster runs: built, `<app>/main.js`, or as sources, `<app>/src/main.ts`',
  ),
  ...guardrailSettings,
  ...adminSettings,
  ...controlPlaneSettings,
  ...loggingSettings,
} as const;

export type AgentConfig = z.output<z.ZodObject<typeof agentSettings>>;

/** Settings of workers that are the same for all of them, by name. */
const workerSettings: readonly string[] = [
  'PATH',
  ...Object.entries({
    ...controlPlaneSettings,
    ...eventLogSettings,
    ...keyStoreSettings,
    ...cacheSettings,
    ...guardrailSettings,
    ...deadLetterSettings,
    ...storageSettings,
    ...loggingSettings,
  }).flatMap(([name, schema]) => (isSecret(schema) ? [name, `${name}_FILE`] : [name])),
];

/**
 * The options of the cluster that the settings name.
 * @param environment the agent's own: of it, workloads are given what the settings of workers name
 */
export function toClusterOptions(
  { CLUSTER_ENGINE, CLUSTER_DIR, APPS_DIR }: Pick<AgentConfig, 'CLUSTER_ENGINE' | 'CLUSTER_DIR' | 'APPS_DIR'>,
  environment: Readonly<Record<string, string | undefined>>,
): ClusterOptions {
  const program = (app: string) => {
    const built = join(APPS_DIR, app, 'main.js');
    const entry = existsSync(built) ? built : join(APPS_DIR, app, 'src', 'main.ts');
    return { command: process.execPath, args: ['--disable-warning=ExperimentalWarning', entry] };
  };
  return clusterOptionsSchema.parse({
    engine: CLUSTER_ENGINE,
    dataDir: CLUSTER_DIR,
    programs: { decrypter: program('decrypter'), 'batch-exporter': program('batch-exporter') },
    baseEnv: Object.fromEntries(
      workerSettings.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])),
    ),
  });
}
