import { z } from 'zod';

const name = z.string().min(1);
const keyOf = z.strictObject({ name, key: name, optional: z.boolean().exactOptional() });

/**
 * What a template may add to the pods of an app, strictly: what the admission policies of the charts could not tell is left out.
 * The charts have the same schemas for their values.
 */
export const podAdditions = {
  variable: z.union([
    z.strictObject({ name, value: z.string() }),
    z.strictObject({
      name,
      valueFrom: z.union([
        z.strictObject({ secretKeyRef: keyOf }),
        z.strictObject({ configMapKeyRef: keyOf }),
        z.strictObject({ fieldRef: z.strictObject({ fieldPath: name }) }),
      ]),
    }),
  ]),
  toleration: z.strictObject({
    key: z.string().exactOptional(),
    operator: z.enum(['Exists', 'Equal']).exactOptional(),
    value: z.string().exactOptional(),
    effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).exactOptional(),
    tolerationSeconds: z.int().exactOptional(),
  }),
  mount: z.strictObject({
    name,
    mountPath: z.string().startsWith('/'),
    subPath: z.string().exactOptional(),
    readOnly: z.boolean().exactOptional(),
  }),
  /** An amount as Kubernetes writes it: `500m`, `1Gi`, `2`. */
  quantity: z.string().regex(/^\d+(?:\.\d+)?(?:m|k|Ki|[MGTPE]i?)?$/),
} as const;
