import { z } from 'zod';

/** What the streams agent hands to a decrypter, as the file `task.json` of its workload. */
export const decrypterTaskSchema = z.strictObject({
  /** UUID of the source stream. */
  streamId: z.string().min(1),
  sourceTopic: z.string().min(1),
  derived: z
    .array(
      z.strictObject({
        topic: z.string().min(1),
        consent: z.strictObject({
          type: z.enum(['CUMULATIVE', 'GRANULAR']),
          levels: z.array(z.int().nonnegative()).min(1),
        }),
        masking: z
          .strictObject({
            seed: z.string(),
            /** Field paths by contract reference. */
            fields: z.record(z.string(), z.array(z.string())),
          })
          .exactOptional(),
      }),
    )
    .min(1),
});

export type DecrypterTask = z.infer<typeof decrypterTaskSchema>;

/** What the exporters agent hands to a batch exporter, as the file `task.json` of its workload. */
export const exporterTaskSchema = z.strictObject({
  /** UUID of the exporter; names its consumer group. */
  exporterId: z.string().min(1),
  topic: z.string().min(1),
  content: z.enum(['events', 'keys']),
  /** UUID of the stream whose events or keys these are. */
  streamId: z.string().min(1),
  intervalMs: z.int().min(1_000),
  pathPrefix: z.string(),
  startAt: z.enum(['earliest', 'latest']),
  /** The Secret whose entry `location` says where the objects go. */
  connectorSecret: z.string().min(1),
});

export type ExporterTask = z.infer<typeof exporterTaskSchema>;

/** The file of a workload that holds its task. */
export const taskFile = 'task.json';

/** The entry of a data connector's Secret that holds its location. */
export const locationEntry = 'location';

/** The Secret of a data connector. */
export const connectorSecretName = (connectorUuid: string): string => `data-connector-${connectorUuid}`;

/** The annotation of a workload that names the topics that it works on, with spaces between them. */
export const topicsAnnotation = 'ccd/topics';

/** The topics that a running workload works on. */
export const topicsOf = ({
  annotations,
}: {
  readonly annotations: Readonly<Record<string, string>>;
}): readonly string[] => annotations[topicsAnnotation]?.split(' ') ?? [];
