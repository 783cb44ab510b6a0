import type { ClientStream } from '@ccd/controlplane';
import { z } from 'zod';
import { createJsonFile } from './json-file.ts';
import type { JsonFile } from './json-file.ts';

const common = {
  topic: z.string(),
  uuid: z.string(),
  name: z.string(),
  projectId: z.string(),
  enabled: z.boolean(),
};

const streamSchema = z.discriminatedUnion('kind', [
  z.object({ ...common, kind: z.literal('source'), policyId: z.string() }),
  z.object({ ...common, kind: z.literal('keys') }),
  z.object({
    ...common,
    kind: z.literal('derived'),
    source: z.string(),
    consent: z.object({ type: z.enum(['CUMULATIVE', 'GRANULAR']), levels: z.array(z.int()) }),
    policyId: z.string(),
  }),
]);

const fileSchema = z.array(
  z.object({
    clientId: z.string(),
    stream: streamSchema,
    limits: z.object({ eventRate: z.number(), eventCount: z.number() }).exactOptional(),
  }),
);

/** The streams of known client ids in a file. The seed of a masked stream is left out: nobody who reads it masks. */
export function createClientStreamsFile(path: string): JsonFile<readonly ClientStream[]> {
  const file = createJsonFile<readonly ClientStream[]>(path, fileSchema);
  return {
    load: () => file.load(),
    save: (streams) => file.save(fileSchema.parse(streams)),
  };
}
