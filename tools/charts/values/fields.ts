import { z } from 'zod';

/** A part of the values with defaults of its own, so that it may be left out. */
export function section<Shape extends z.ZodRawShape>(
  meaning: string,
  shape: Shape,
): z.ZodPrefault<z.ZodObject<Shape>> {
  const object = z.strictObject(shape);
  // Every field has a default, so that nothing is a value of the section too.
  return object.prefault({} as z.input<typeof object>).describe(meaning);
}

export const text = (meaning: string, otherwise = '') => z.string().default(otherwise).describe(meaning);
export const flag = (meaning: string, otherwise: boolean) => z.boolean().default(otherwise).describe(meaning);
export const whole = (meaning: string, otherwise: number, { min = 0, max = 1_000_000 } = {}) =>
  z.int().min(min).max(max).default(otherwise).describe(meaning);
export const port = (meaning: string, otherwise: number) =>
  whole(meaning, otherwise, { min: 1, max: 65_535 });
export const maybeWhole = (meaning: string, { min, max }: { min: number; max: number }) =>
  z.int().min(min).max(max).nullable().default(null).describe(meaning);
export const texts = (meaning: string, otherwise: readonly string[] = []) =>
  z
    .array(z.string())
    .default([...otherwise])
    .describe(meaning);
export const map = (meaning: string, otherwise: Readonly<Record<string, string>> = {}) =>
  z
    .record(z.string(), z.string())
    .default({ ...otherwise })
    .describe(meaning);

/** A part of an object of Kubernetes, judged by the API server. */
export const passedOn = (meaning: string, otherwise: Readonly<Record<string, unknown>> = {}) =>
  z.record(z.string(), z.unknown()).default(otherwise).describe(meaning);
export const passedOnList = (meaning: string, otherwise: readonly Record<string, unknown>[] = []) =>
  z
    .array(z.record(z.string(), z.unknown()))
    .default([...otherwise])
    .describe(meaning);

/** Something of the public chart that this one does not have; it may be switched off. */
export const without = (meaning: string) =>
  z
    .looseObject({ enabled: z.literal(false).default(false).describe(meaning) })
    .prefault({})
    .describe(meaning);

export const image = (name: string) =>
  section('Its image', {
    name: text('Name in the registry', name),
    version: z
      .string()
      .regex(/^(?:\w[\w.-]{0,127})?$/)
      .default('')
      .describe("Tag; default: the chart's appVersion"),
    digest: z
      .string()
      .regex(/^(?:sha256:[0-9a-f]{64})?$/)
      .default('')
      .describe('Digest, `sha256:…`: then exactly this image runs, whatever becomes of the tag'),
  });

/** @param amount how each of them is written */
export const amounts = (
  meaning: string,
  otherwise: Readonly<Record<string, string>>,
  amount: z.ZodType<string | number> = z.union([z.string(), z.number()]),
) => z.record(z.string(), amount).default(otherwise).describe(meaning);

/** What a pod is given, and what it may take. */
export type Resources = Readonly<Record<'requests' | 'limits', Readonly<Record<string, string>>>>;

/** Where pods run and what they get. */
export const placement = (resources: Resources) => ({
  resources: section('CPU and memory', {
    requests: amounts('What a node keeps for it', resources.requests),
    limits: amounts('What it may take', resources.limits),
  }),
  nodeSelector: map('Labels of the nodes that it may run on'),
  tolerations: passedOnList('Taints of nodes that it bears'),
  affinity: passedOn('Nodes and pods that it wants to be near to, or far from'),
  priorityClassName: text('Class that says who goes first when nodes are full'),
  labels: map('Further labels of its pods'),
  annotations: map('Annotations of its pods'),
});

/** What an app of ours may be told beyond what the chart says. */
export const additions = {
  extraEnv: passedOnList(
    'Further settings, `name` with `value` or `valueFrom`; they win over those of the chart',
  ),
  extraVolumes: passedOnList('Further volumes: configMap, secret, emptyDir, persistentVolumeClaim or csi'),
  extraVolumeMounts: passedOnList('Where they are mounted'),
};
