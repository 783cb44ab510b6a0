import { z } from 'zod';
import { podAdditions } from './pod-additions.ts';

const texts = z.record(z.string(), z.string());
const name = z.string().min(1);
const amount = z.union([podAdditions.quantity, z.number().min(0)]).transform(String);
/** Part of an object of Kubernetes that only the API server judges. */
const passedOn = z.record(z.string(), z.json());

/** What users may say of the security of pods; nothing here weakens what is restricted. */
const security = z.strictObject({
  runAsUser: z.int().min(1).exactOptional(),
  runAsGroup: z.int().min(0).exactOptional(),
  fsGroup: z.int().min(0).exactOptional(),
  supplementalGroups: z.array(z.int().min(0)).exactOptional(),
});

/** What may be said of the pods of all apps, or of one. */
const podFields = z.strictObject({
  labels: texts.exactOptional(),
  annotations: texts.exactOptional(),
  imagePullSecrets: z.array(name).exactOptional(),
  imagePullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']).exactOptional(),
  resources: z
    .strictObject({
      requests: z.record(z.string(), amount).exactOptional(),
      limits: z.record(z.string(), amount).exactOptional(),
    })
    .exactOptional(),
  security: security.exactOptional(),
  serviceAccountName: name.exactOptional(),
  priorityClassName: name.exactOptional(),
  runtimeClassName: name.exactOptional(),
  nodeSelector: texts.exactOptional(),
  tolerations: z.array(podAdditions.toleration).exactOptional(),
  affinity: passedOn.exactOptional(),
  terminationGraceSeconds: z.int().min(1).max(3_600).exactOptional(),
  extraEnv: z.array(podAdditions.variable).exactOptional(),
  extraVolumes: z.array(passedOn.and(z.looseObject({ name }))).exactOptional(),
  extraVolumeMounts: z.array(podAdditions.mount).exactOptional(),
  /** Most that a pod may write to its own `/tmp`. */
  temporarySpace: amount.exactOptional(),
});

const tag = z.string().regex(/^\w[\w.-]{0,127}$/);
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const image = z.union([
  z
    .string()
    .regex(/^[^\s@]+(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/)
    .refine((text) => /:[^/]+$/.test(text), { error: 'an image needs a tag or a digest' }),
  z
    .strictObject({
      name: z.string().regex(/^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/),
      tag: tag.exactOptional(),
      digest: digest.exactOptional(),
    })
    .refine((given) => given.tag !== undefined || given.digest !== undefined, {
      error: 'an image needs a tag or a digest',
    }),
]);

const registry = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('default'), url: name, prefix: name, path: name }),
  z.strictObject({ kind: z.literal('private'), url: name }),
  z.strictObject({
    kind: z.literal('aws-marketplace'),
    url: name,
    /** Metered images, whose names end in `-payg`. */
    payg: z.boolean().default(false),
  }),
]);

const app = podFields.extend({ image });

/**
 * What the pods of workloads are made from: a document of the agent's own configuration, and of nobody else's. `pod` holds
 * for every app, and what an app says itself replaces it, field by field.
 */
export const workloadTemplateSchema = z
  .strictObject({
    registry: registry.exactOptional(),
    pod: podFields.default({}),
    apps: z.partialRecord(z.enum(['decrypter', 'batch-exporter', 'batch-job']), app),
  })
  .superRefine(({ registry: known, apps }, context) => {
    for (const [appName, settings] of Object.entries(apps)) {
      if (known === undefined && typeof settings.image !== 'string') {
        context.addIssue({
          code: 'custom',
          path: ['apps', appName, 'image'],
          message: 'an image by name needs a registry; without one, write it as registry/name:tag',
        });
      }
    }
  });

export type WorkloadTemplate = z.output<typeof workloadTemplateSchema>;
export type PodFields = z.output<typeof podFields>;
export type ImageSettings = z.output<typeof image>;
export type RegistrySettings = z.output<typeof registry>;
