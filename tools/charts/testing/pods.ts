import { join, resolve } from 'node:path';
import type { SettingsSchema } from '@ccd/service';
import { parse } from 'yaml';
import { z } from 'zod';
import type { KubernetesObject } from './helm.ts';

const reference = z.object({ name: z.string(), key: z.string() });
const variable = z.object({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z
    .object({ secretKeyRef: reference.optional(), fieldRef: z.object({ fieldPath: z.string() }).optional() })
    .optional(),
});
export type Variable = z.output<typeof variable>;

const podSpec = z.looseObject({
  serviceAccountName: z.string(),
  automountServiceAccountToken: z.boolean(),
  securityContext: z.unknown(),
  containers: z
    .array(
      z.looseObject({
        name: z.string(),
        image: z.string(),
        env: z.array(variable),
        securityContext: z.unknown(),
        volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })),
      }),
    )
    .length(1),
  volumes: z.array(z.looseObject({ name: z.string() })),
});
const deployment = z.object({
  spec: z.object({
    replicas: z.number(),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: podSpec,
    }),
  }),
});

export type PodSpec = z.output<typeof podSpec>;

export interface AppPod {
  readonly app: string;
  readonly replicas: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: PodSpec;
  readonly env: readonly Variable[];
}

/** The pods that the chart itself makes. */
export const podsOf = (objects: readonly KubernetesObject[]): readonly AppPod[] =>
  objects
    .filter(({ kind }) => kind === 'Deployment')
    .map((object) => {
      const { replicas, template } = deployment.parse(object).spec;
      const [container] = template.spec.containers;
      return {
        app: object.metadata.name,
        replicas,
        labels: template.metadata.labels,
        spec: template.spec,
        env: container?.env ?? [],
      };
    });

const templateSchema = z.object({
  apps: z.record(
    z.string(),
    z.looseObject({
      image: z.string(),
      serviceAccountName: z.string(),
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()),
      extraEnv: z.array(variable),
    }),
  ),
});

const prefix = 'pod-template-';

/** The documents that agents make pods from, by the agent. */
export const templatesOf = (objects: readonly KubernetesObject[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    objects
      .filter(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith(prefix))
      .map((object) => [
        object.metadata.name.slice(prefix.length),
        z.object({ data: z.object({ 'template.yaml': z.string() }) }).parse(object).data['template.yaml'],
      ]),
  );

/** What agents make their workers' pods from, by the worker's app. */
export function workersOf(objects: readonly KubernetesObject[]) {
  const texts = Object.values(templatesOf(objects));
  return Object.fromEntries(texts.flatMap((text) => Object.entries(templateSchema.parse(parse(text)).apps)));
}

/** The environment that a pod would have; what stands in Secrets that are not rendered, and in fields, from `others`. */
export function toEnvironment(
  variables: readonly Variable[],
  objects: readonly KubernetesObject[],
  others: Readonly<Record<string, string>>,
): Record<string, string> {
  const secrets = new Map(
    objects
      .filter(({ kind }) => kind === 'Secret')
      .map((object) => [
        object.metadata.name,
        z.object({ data: z.record(z.string(), z.string()) }).parse(object).data,
      ]),
  );
  return Object.fromEntries(
    variables.map(({ name, value, valueFrom }) => {
      const from = valueFrom?.secretKeyRef;
      if (from === undefined) return [name, value ?? others[valueFrom?.fieldRef?.fieldPath ?? ''] ?? ''];
      const secret = secrets.get(from.name)?.[from.key];
      const text =
        secret === undefined ? others[`${from.name}/${from.key}`] : Buffer.from(secret, 'base64').toString();
      if (text === undefined)
        throw new Error(`${name} is read from ${from.name}/${from.key}, which is nowhere`);
      return [name, text];
    }),
  );
}

/** What is not in the charts: Secrets that a person makes, and what Kubernetes fills in. */
export const othersOfPods: Readonly<Record<string, string>> = {
  'metadata.name': 'pod-1',
  'metadata.namespace': 'ours',
  'session-keys/lookup.secret': Buffer.alloc(32).toString('base64'),
  'session-keys/encryption.keys': `first:${Buffer.alloc(32).toString('base64')}`,
  'kafka-truststore/truststore.password': 'changeit',
};

const apps = resolve(import.meta.dirname, '..', '..', '..', 'apps');
const configModule = z.object({
  configSchema: z.custom<SettingsSchema>((given) => given instanceof z.ZodObject),
});

/** The settings that an app takes. */
export async function schemaOf(app: string): Promise<SettingsSchema> {
  return configModule.parse(await import(join(apps, app, 'src', 'config.ts'))).configSchema;
}
