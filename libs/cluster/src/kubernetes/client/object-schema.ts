import { z } from 'zod';

const texts = z.record(z.string(), z.string());

/** What we read of the metadata of any object. */
export const metadataSchema = z.object({
  name: z.string(),
  namespace: z.string().exactOptional(),
  uid: z.string(),
  resourceVersion: z.string(),
  generation: z.number().exactOptional(),
  creationTimestamp: z.string().exactOptional(),
  deletionTimestamp: z.string().exactOptional(),
  labels: texts.exactOptional(),
  annotations: texts.exactOptional(),
  ownerReferences: z.array(z.object({ name: z.string(), uid: z.string() })).exactOptional(),
});

export const managedFieldsSchema = z
  .array(
    z.looseObject({
      manager: z.string().default(''),
      operation: z.string().default(''),
      subresource: z.string().exactOptional(),
      fieldsV1: z.record(z.string(), z.unknown()).default({}),
    }),
  )
  .default([]);

export type ManagedFields = z.output<typeof managedFieldsSchema>;

/** Any object by its metadata alone. */
export const bareObjectSchema = z.object({ metadata: metadataSchema });
export type BareObject = z.output<typeof bareObjectSchema>;

/** An object together with who manages which of its fields. */
export const managedObjectSchema = z.object({
  metadata: metadataSchema.extend({ managedFields: managedFieldsSchema }),
});
