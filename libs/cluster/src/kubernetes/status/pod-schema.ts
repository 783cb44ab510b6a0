import { z } from 'zod';

const terminated = z.object({
  exitCode: z.number().default(0),
  signal: z.number().exactOptional(),
  reason: z.string().default(''),
  message: z.string().default(''),
});
const state = z.object({
  waiting: z.object({ reason: z.string().default(''), message: z.string().default('') }).exactOptional(),
  running: z.object({}).exactOptional(),
  terminated: terminated.exactOptional(),
});
const container = z.object({
  image: z.string().default(''),
  ready: z.boolean().default(false),
  restartCount: z.number().default(0),
  state: state.default({}),
  lastState: state.default({}),
});

export const conditionSchema = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(''),
  message: z.string().default(''),
  lastTransitionTime: z.string().nullish(),
});

/** What we read of a pod. */
export const podSchema = z.object({
  metadata: z.object({
    name: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    creationTimestamp: z.string(),
    deletionTimestamp: z.string().exactOptional(),
    ownerReferences: z
      .array(
        z.object({
          kind: z.string(),
          name: z.string(),
          uid: z.string(),
          controller: z.boolean().default(false),
        }),
      )
      .default([]),
  }),
  status: z
    .object({
      phase: z.string().default('Pending'),
      reason: z.string().default(''),
      podIP: z.string().default(''),
      conditions: z.array(conditionSchema).default([]),
      containerStatuses: z.array(container).default([]),
    })
    .prefault({}),
});

export type Pod = z.output<typeof podSchema>;
export type ContainerStatus = z.output<typeof container>;
export type Condition = z.output<typeof conditionSchema>;
