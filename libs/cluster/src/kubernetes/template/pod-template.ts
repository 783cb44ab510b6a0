import { labelsOfWorkload } from './marks.ts';
import { toLabelValue, sorted } from './names.ts';
import { toImageReference } from './image-reference.ts';
import type { PodFields, WorkloadTemplate } from './template-schema.ts';
import type { WorkloadSpec } from '../../port.ts';

/** The part of a spec that decides what its pods are; `filesName` is the ConfigMap that holds its files. */
export interface PodInput extends Pick<WorkloadSpec, 'name' | 'app' | 'env' | 'secrets'> {
  readonly filesName: string | undefined;
}

export interface PodOptions {
  readonly template: WorkloadTemplate;
  /** Variables of every workload, without a secret in them. */
  readonly baseEnv: Readonly<Record<string, string>>;
}

const configDir = '/etc/ccd/config';
const secretsDir = '/etc/ccd/secrets';
/** Of the health of a worker. */
export const adminPort = 8_081;

/** Where neither the document's `pod` nor the app says anything. */
const defaults = {
  labels: {},
  annotations: {},
  imagePullSecrets: [],
  imagePullPolicy: 'IfNotPresent',
  resources: {},
  security: {},
  terminationGraceSeconds: 30,
  extraEnv: [],
  extraVolumes: [],
  extraVolumeMounts: [],
  temporarySpace: '256Mi',
} satisfies PodFields;

type PodSettings = PodFields & Required<Pick<PodFields, keyof typeof defaults>>;

/**
 * The pods of a workload, within Kubernetes' restricted profile: not root, nothing to gain, nothing to write to but
 * `/tmp`, and no token of the API server.
 */
export function toPodTemplate(input: PodInput, options: PodOptions, restartPolicy: 'Always' | 'Never') {
  const { template } = options;
  const { name, app, secrets, filesName } = input;
  const own = template.apps[app];
  if (own === undefined) throw new TypeError(`the template has no ${app}`);
  const { image, ...fields } = own;
  const settings: PodSettings = { ...defaults, ...template.pod, ...fields };
  const { extraVolumes, extraVolumeMounts, security } = settings;
  const serves = restartPolicy === 'Always';
  return {
    metadata: {
      labels: { ...settings.labels, ...labelsOfWorkload(name, app) },
      ...(Object.keys(settings.annotations).length > 0 && { annotations: settings.annotations }),
    },
    spec: {
      restartPolicy,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: settings.terminationGraceSeconds,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' }, ...security },
      ...placement(settings),
      containers: [
        {
          name: app,
          image: toImageReference(image, template.registry),
          imagePullPolicy: settings.imagePullPolicy,
          env: toEnv(input, options, settings),
          resources: settings.resources,
          // What a worker says of its end, and never the end of its log, which stays where it is.
          terminationMessagePolicy: 'File',
          securityContext: {
            runAsNonRoot: true,
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          ...(serves && probes),
          volumeMounts: [
            { name: 'tmp', mountPath: '/tmp' },
            ...(filesName === undefined ? [] : [{ name: 'config', mountPath: configDir, readOnly: true }]),
            ...secrets.map((secret) => ({
              name: toVolumeName(secret),
              mountPath: `${secretsDir}/${secret}`,
              readOnly: true,
            })),
            ...extraVolumeMounts,
          ],
        },
      ],
      volumes: [
        { name: 'tmp', emptyDir: { sizeLimit: settings.temporarySpace } },
        ...(filesName === undefined ? [] : [{ name: 'config', configMap: { name: filesName } }]),
        ...secrets.map((secret) => ({ name: toVolumeName(secret), secret: { secretName: secret } })),
        ...extraVolumes,
      ],
    },
  };
}

/** A secret's name may have dots and be long, a volume's may not. */
const toVolumeName = (secret: string): string =>
  toLabelValue(`secret-${secret.replaceAll('.', '-')}`.slice(0, 200));

function placement(settings: PodSettings) {
  const { imagePullSecrets, serviceAccountName, priorityClassName, runtimeClassName } = settings;
  const { nodeSelector, tolerations, affinity } = settings;
  return {
    ...(imagePullSecrets.length > 0 && { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
    ...(serviceAccountName !== undefined && { serviceAccountName }),
    ...(priorityClassName !== undefined && { priorityClassName }),
    ...(runtimeClassName !== undefined && { runtimeClassName }),
    ...(nodeSelector && { nodeSelector }),
    ...(tolerations && { tolerations }),
    ...(affinity && { affinity }),
  };
}

const probe = (path: string, rest: object) => ({
  httpGet: { path, port: adminPort, scheme: 'HTTP' },
  timeoutSeconds: 5,
  ...rest,
});
const probes = {
  livenessProbe: probe('/is-alive', { periodSeconds: 10, failureThreshold: 6 }),
  readinessProbe: probe('/ready', { periodSeconds: 5, failureThreshold: 1 }),
};

/** What the spec says stands above what is general; what the agent's own configuration says of the app above both. */
function toEnv({ env, filesName, secrets }: PodInput, { baseEnv }: PodOptions, { extraEnv }: PodSettings) {
  const values = {
    ADMIN_HOST: '0.0.0.0',
    ADMIN_PORT: String(adminPort),
    CACHE_DIR: '/tmp/cache',
    ...baseEnv,
    ...env,
    ...(filesName !== undefined && { CONFIG_DIR: configDir }),
    ...(secrets.length > 0 && { SECRETS_DIR: secretsDir }),
  };
  const extra = new Set(extraEnv.map(({ name }) => name));
  const own = sorted(values).filter(([name]) => !extra.has(name));
  return [...own.map(([name, value]) => ({ name, value })), ...extraEnv];
}
