import { perObject } from '@ccd/reconcile';
import type { Labels, WorkloadSpec } from '../../port.ts';
import { toSpecDigest } from '../../spec-digest.ts';
import type { Manifest, OwnerReference } from './manifest.ts';
import { labelsOfFiles, labelsOfWorkload, marks, schemaStamp, workloadLabel } from './marks.ts';
import { digestOf, toFilesName, toLabelValue } from './names.ts';
import { toPodTemplate } from './pod-template.ts';
import type { PodInput, PodOptions } from './pod-template.ts';
import type { WorkloadTemplate } from './template-schema.ts';

/** The kind of object that runs an app. */
export const kindOf = (app: WorkloadSpec['app']): 'Deployment' | 'Job' =>
  app === 'batch-job' ? 'Job' : 'Deployment';

/** What of a workload's object came from its spec; kept on the object, without the files, which have their own. */
export interface AppliedSpec extends PodInput {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly hash: string;
}

export function toAppliedSpec(spec: WorkloadSpec): AppliedSpec {
  const { name, app, env, secrets, labels, annotations, hash, files } = spec;
  const filesName = Object.keys(files).length === 0 ? undefined : toFilesName(name, files);
  return { name, app, env, secrets, labels, annotations, hash, filesName };
}

/** The same for specs by which the same object would be made. */
export const toAppliedDigest = (applied: AppliedSpec): string =>
  toSpecDigest(applied, applied.filesName ?? '');

/** The Deployment or the Job of a workload. */
export function toWorkloadManifest(applied: AppliedSpec, options: PodOptions): Manifest {
  const { name, app, labels, annotations, hash, filesName, env, secrets } = applied;
  const isJob = kindOf(app) === 'Job';
  const kept = { app, labels, annotations, env, secrets, ...(filesName !== undefined && { filesName }) };
  return {
    apiVersion: isJob ? 'batch/v1' : 'apps/v1',
    kind: kindOf(app),
    metadata: {
      name,
      labels: { ...labels, ...labelsOfWorkload(name, app) },
      annotations: {
        ...annotations,
        [marks.hash]: hash,
        [marks.spec]: JSON.stringify(kept),
        [marks.template]: toTemplateDigest(options, app),
        [marks.schema]: String(schemaStamp),
      },
    },
    spec: isJob ? toJobSpec(applied, options) : toDeploymentSpec(applied, options),
  };
}

/** Within it a pod has to be ready. */
export const progressDeadlineSeconds = 600;

/**
 * One pod, and the old one gone before the new one starts: a pod that runs by an earlier spec could serve purposes that
 * have been taken away since, for as long as the new one fails to start.
 */
const toDeploymentSpec = (applied: AppliedSpec, options: PodOptions) => ({
  replicas: 1,
  revisionHistoryLimit: 0,
  progressDeadlineSeconds,
  strategy: { type: 'Recreate' },
  selector: { matchLabels: { [workloadLabel]: toLabelValue(applied.name) } },
  template: toPodTemplate(applied, options, 'Always'),
});

/** A pod that failed is made anew by the Job; one that is still ending is waited for, so that no two of them work. */
const toJobSpec = (applied: AppliedSpec, options: PodOptions) => ({
  parallelism: 1,
  completions: 1,
  backoffLimit: 6,
  podReplacementPolicy: 'Failed',
  template: toPodTemplate(applied, options, 'Never'),
});

/** The ConfigMap of a workload's files. It never changes: other files have another name. It goes with its owner. */
export const toFilesManifest = (spec: WorkloadSpec, filesName: string, owner: OwnerReference): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: filesName,
    labels: labelsOfFiles(spec.name),
    annotations: { [marks.schema]: String(schemaStamp) },
    ownerReferences: [owner],
  },
  data: spec.files,
  immutable: true,
});

/** Changes exactly when the pods of an app would be made differently from the same spec. */
export function toTemplateDigest(options: PodOptions, app: WorkloadSpec['app']): string {
  return digests(options)(app);
}

const digests = perObject((options: PodOptions) => {
  const known = new Map<WorkloadSpec['app'], string>();
  return (app: WorkloadSpec['app']): string => {
    const digest = known.get(app) ?? templateDigest(options, app);
    known.set(app, digest);
    return digest;
  };
});

function templateDigest({ template, baseEnv }: PodOptions, app: WorkloadSpec['app']): string {
  const sample = {
    name: 'x',
    app,
    env: {},
    secrets: [],
    labels: {},
    annotations: {},
    hash: '',
    filesName: 'x',
  };
  const one = isKnown(template, app)
    ? kindOf(app) === 'Job'
      ? toJobSpec(sample, { template, baseEnv })
      : toDeploymentSpec(sample, { template, baseEnv })
    : '';
  return digestOf(JSON.stringify(one));
}

const isKnown = ({ apps }: WorkloadTemplate, app: WorkloadSpec['app']): boolean => apps[app] !== undefined;
