import { z } from 'zod';

const config = z.strictObject({
  cleanup: z.enum(['delete', 'compact']),
  retentionMs: z.number().exactOptional(),
});
const spec = z.strictObject({
  name: z.string(),
  partitions: z.number().int().positive(),
  replicationFactor: z.number().int().positive().exactOptional(),
  config,
});

/**
 * What the registry says about one topic name; the record's key is the name. Intents (creating, deleting) are written
 * before the action, so that whoever comes after a crash knows what was meant. The last word of a name is `removed`
 * and not an empty record.
 */
export const registryEntrySchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('creating'), spec }),
  z.strictObject({ state: z.literal('live'), id: z.string(), spec }),
  /** `since` in milliseconds since the epoch. */
  z.strictObject({ state: z.literal('tombstoned'), id: z.string(), spec, since: z.number() }),
  z.strictObject({ state: z.literal('deleting'), id: z.string(), spec, since: z.number() }),
  z.strictObject({ state: z.literal('removed') }),
]);

export type RegistryEntry = z.infer<typeof registryEntrySchema>;

/** Undefined for anything that is not an entry: a registry is our own, but its topic may be written to by others. */
export function parseRegistryEntry(value: Buffer | null): RegistryEntry | undefined {
  try {
    return registryEntrySchema.parse(JSON.parse(String(value)));
  } catch {
    return undefined;
  }
}
