import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { clusterOptionsSchema } from '@ccd/cluster';
import type { ClusterOptions } from '@ccd/cluster';
import { ConfigError, folder, isSecret, text } from '@ccd/service';
import { z } from 'zod';
import { cacheSettings } from '../settings.ts';
import { decrypterSettings, exporterSettings } from '../worker-settings.ts';

/** Settings of everything that runs workloads. */
export const clusterSettings = {
  CLUSTER_ENGINE: z
    .enum(['local', 'kubernetes'])
    .default('local')
    .describe('Where workloads run: as processes beside the agent, or as pods'),
  CLUSTER_DIR: folder().optional().describe('Folder of the local cluster; one process owns it'),
  APPS_DIR: folder()
    .optional()
    .describe(
      'Folder with the apps that the local cluster runs: built, `<app>/main.js`, or as sources, `<app>/src/main.ts`',
    ),
  KUBERNETES_NAMESPACE: text()
    .optional()
    .describe('Namespace of the workloads; default: that of the pod, or of the kubeconfig'),
  WORKLOAD_TEMPLATE_FILE: text()
    .optional()
    .describe('File that says what pods are made from; without it, an agent on Kubernetes makes none'),
  KUBECONFIG: text()
    .optional()
    .describe('File that says how to reach the API server; default: the service account of the pod'),
  KUBERNETES_SERVICE_HOST: text()
    .optional()
    .describe('Host of the API server; set by Kubernetes in every pod'),
  KUBERNETES_SERVICE_PORT: text().optional().describe('Its port; set by Kubernetes in every pod'),
} as const;

export type ClusterConfig = z.output<z.ZodObject<typeof clusterSettings>>;
type Environment = Readonly<Record<string, string | undefined>>;

/** What workers are given of the agent's own environment. */
const workerSettings = Object.entries({ ...decrypterSettings, ...exporterSettings });
const files = workerSettings.flatMap(([name, schema]) => (isSecret(schema) ? [`${name}_FILE`] : []));
const secrets = workerSettings.flatMap(([name, schema]) => (isSecret(schema) ? [name] : []));
const plain = workerSettings.flatMap(([name, schema]) => (isSecret(schema) ? [] : [name]));

/**
 * The options of the cluster that the settings name.
 * @param environment the agent's own: of it, workloads are given what the settings of workers name. Pods are given no
 * secret, which their template has to take from a Secret, and no folder of the agent's.
 * @throws ConfigError where what the engine needs is missing
 */
export function toClusterOptions(config: ClusterConfig, environment: Environment): ClusterOptions {
  return config.CLUSTER_ENGINE === 'local'
    ? toLocalOptions(config, environment)
    : toKubernetesOptions(config, environment);
}

function toLocalOptions({ CLUSTER_DIR, APPS_DIR }: ClusterConfig, environment: Environment): ClusterOptions {
  if (CLUSTER_DIR === undefined) throw missing('CLUSTER_DIR');
  if (APPS_DIR === undefined) throw missing('APPS_DIR');
  const program = (app: string) => {
    const built = join(APPS_DIR, app, 'main.js');
    const entry = existsSync(built) ? built : join(APPS_DIR, app, 'src', 'main.ts');
    return { command: process.execPath, args: ['--disable-warning=ExperimentalWarning', entry] };
  };
  return clusterOptionsSchema.parse({
    engine: 'local',
    dataDir: CLUSTER_DIR,
    programs: { decrypter: program('decrypter'), 'batch-exporter': program('batch-exporter') },
    baseEnv: pick(environment, ['PATH', ...plain, ...secrets, ...files]),
  });
}

function toKubernetesOptions(config: ClusterConfig, environment: Environment): ClusterOptions {
  const { KUBECONFIG, KUBERNETES_NAMESPACE, WORKLOAD_TEMPLATE_FILE } = config;
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = config;
  return clusterOptionsSchema.parse({
    engine: 'kubernetes',
    ...(KUBECONFIG !== undefined && { kubeconfig: KUBECONFIG }),
    ...(host !== undefined && port !== undefined && { inCluster: { host, port } }),
    ...(KUBERNETES_NAMESPACE !== undefined && { namespace: KUBERNETES_NAMESPACE }),
    ...(WORKLOAD_TEMPLATE_FILE !== undefined && { templateFile: WORKLOAD_TEMPLATE_FILE }),
    baseEnv: pick(
      environment,
      [...plain, ...files].filter((name) => !(name in cacheSettings)),
    ),
  });
}

const pick = (environment: Environment, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

const missing = (variable: string): ConfigError =>
  new ConfigError([
    { variable, problem: 'is missing: CLUSTER_ENGINE is local', accepted: 'the path of a folder' },
  ]);
