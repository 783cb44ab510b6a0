import { podAdditions } from '@ccd/cluster';
import { z } from 'zod';
import { amounts, map, passedOn, section, text, whole } from './fields.ts';
import type { Resources } from './fields.ts';

/**
 * What the pods of workers are given, as strictly as agents read it: what an agent refuses
 * would else be found when it starts, after Helm has said that all is well.
 */

const name = z.string().min(1);
const { variable, toleration, mount, quantity } = podAdditions;
/** Of one kind, and of those that the admission policy can tell from each other: any other would have each worker refused. */
const volume = z.union([
  z.strictObject({ name, configMap: z.looseObject({ name }) }),
  z.strictObject({ name, secret: z.looseObject({ secretName: name }) }),
  z.strictObject({ name, emptyDir: z.looseObject({}) }),
  z.strictObject({ name, persistentVolumeClaim: z.looseObject({ claimName: name }) }),
  z.strictObject({ name, csi: z.looseObject({ driver: name }) }),
]);
const amount = z.union([quantity, z.number().min(0)]);

/** Where the pods of workers run and what they get. */
export const workerPlacement = (resources: Resources) => ({
  resources: section('CPU and memory', {
    requests: amounts('What a node keeps for it', resources.requests, amount),
    limits: amounts('What it may take', resources.limits, amount),
  }),
  nodeSelector: map('Labels of the nodes that it may run on'),
  tolerations: z.array(toleration).default([]).describe('Taints of nodes that it bears'),
  affinity: passedOn('Nodes and pods that it wants to be near to, or far from'),
  priorityClassName: text('Class that says who goes first when nodes are full'),
  labels: map('Further labels of its pods'),
  annotations: map('Annotations of its pods'),
});

/** What a worker may be told beyond what the chart says. */
export const workerAdditions = {
  extraEnv: z
    .array(variable)
    .default([])
    .describe(
      'Further settings, `name` with `value` (a text) or `valueFrom`; they win over those of the chart',
    ),
  extraVolumes: z
    .array(volume)
    .default([])
    .describe('Further volumes: configMap, secret, emptyDir, persistentVolumeClaim or csi'),
  extraVolumeMounts: z
    .array(mount)
    .default([])
    .describe('Where they are mounted: `name`, `mountPath`, `subPath`, `readOnly`'),
  terminationGraceSeconds: whole('Time to stop in', 30, { min: 1, max: 3_600 }),
  temporarySpace: quantity.default('256Mi').describe('Most that a pod may write to its own /tmp'),
};
