import { parse } from 'yaml';
import { z } from 'zod';
import type { KubernetesObject } from './helm.ts';

const appSchema = z.looseObject({
  image: z.string(),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  serviceAccountName: z.string(),
  imagePullPolicy: z.string(),
  resources: z.unknown(),
  security: z.record(z.string(), z.number()),
  terminationGraceSeconds: z.number(),
  temporarySpace: z.string(),
  imagePullSecrets: z.array(z.string()),
  extraEnv: z.array(z.looseObject({ name: z.string() })),
  extraVolumes: z.array(z.looseObject({ name: z.string() })).default([]),
  extraVolumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).default([]),
});
/** What the template may leave out, and a worker then has not. */
const placementSchema = z.object({
  nodeSelector: z.unknown().optional(),
  tolerations: z.unknown().optional(),
  affinity: z.unknown().optional(),
  priorityClassName: z.unknown().optional(),
});

/** A Deployment with its parts open to change, as whoever has stolen a token would write it. */
export type Worker = ReturnType<typeof toWorker>;

/** The Deployment of a worker as its agent writes it, by the template that is rendered for it. */
export function toWorker(
  objects: readonly KubernetesObject[],
  agent: string,
  app: string,
  secrets: readonly string[],
) {
  const config = objects.find(({ metadata }) => metadata.name === `pod-template-${agent}`);
  const text = z.object({ data: z.object({ 'template.yaml': z.string() }) }).parse(config).data[
    'template.yaml'
  ];
  const given = z.object({ apps: z.record(z.string(), z.unknown()) }).parse(parse(text)).apps[app];
  const template = appSchema.parse(given);
  const name = `${app}-11111111`;
  const labels = { 'app.kubernetes.io/name': app, 'ccd/workload': name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels: { ...labels } as Record<string, string> },
    spec: {
      replicas: 1,
      strategy: { type: 'Recreate' },
      selector: { matchLabels: { 'ccd/workload': name } },
      template: {
        metadata: {
          labels: { ...template.labels, ...labels } as Record<string, string>,
          annotations: template.annotations,
        },
        spec: {
          ...placementSchema.parse(given),
          enableServiceLinks: false,
          terminationGracePeriodSeconds: template.terminationGraceSeconds,
          automountServiceAccountToken: false,
          serviceAccountName: template.serviceAccountName,
          imagePullSecrets: template.imagePullSecrets.map((secret) => ({ name: secret })),
          securityContext: {
            runAsNonRoot: true,
            seccompProfile: { type: 'RuntimeDefault' },
            ...template.security,
          },
          containers: [
            {
              name: app,
              image: template.image,
              imagePullPolicy: template.imagePullPolicy,
              env: [
                { name: 'ADMIN_HOST', value: '0.0.0.0' },
                { name: 'CONFIG_DIR', value: '/etc/ccd/config' },
                ...template.extraEnv,
              ] as Open[],
              resources: template.resources,
              readinessProbe: { httpGet: { path: '/ready', port: 8081 } },
              securityContext: {
                runAsNonRoot: true,
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              volumeMounts: [
                { name: 'tmp', mountPath: '/tmp' },
                { name: 'config', mountPath: '/etc/ccd/config' },
                ...secrets.map((secret) => ({ name: secret, mountPath: `/etc/ccd/secrets/${secret}` })),
                ...template.extraVolumeMounts,
              ] as Open[],
            },
          ],
          volumes: [
            { name: 'tmp', emptyDir: { sizeLimit: template.temporarySpace } },
            { name: 'config', configMap: { name: `${name}-abcdef` } },
            ...secrets.map((secret) => ({ name: secret, secret: { secretName: secret } })),
            ...template.extraVolumes,
          ] as Open[],
        } as Open & { containers: [Container]; volumes: Open[]; securityContext: Open },
      },
    },
  };
}

/** An object to which anything may be added. */
export type Open = Record<string, unknown>;
export type Container = Open & { env: Open[]; volumeMounts: Open[]; securityContext: Open };
