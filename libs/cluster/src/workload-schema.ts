import { z } from 'zod';
import type { WorkloadSpec } from './port.ts';

const texts = z.record(z.string(), z.string());

/** A workload's spec as JSON holds it. */
export const workloadSchema: z.ZodType<WorkloadSpec> = z.object({
  name: z.string(),
  app: z.enum(['decrypter', 'batch-exporter', 'batch-job']),
  labels: texts,
  annotations: texts,
  env: texts,
  files: texts,
  secrets: z.array(z.string()),
  hash: z.string(),
});
