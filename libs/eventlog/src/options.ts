import { z } from 'zod';
import { kafkaOptions } from './kafka/options.ts';

export const embeddedLogOptions = z.strictObject({
  engine: z.literal('embedded'),
  /** The socket of the engine process on this machine. */
  socketPath: z.string().min(1),
  /** How long a request is retried, and an outage borne, before LogUnavailableError. */
  deadlineMs: z.number().int().positive().default(10_000),
});

/** How an app names its event log in its configuration: the engine, and where to find it. */
export const eventLogOptions = z.discriminatedUnion('engine', [embeddedLogOptions, kafkaOptions]);

export type EventLogOptions = z.infer<typeof eventLogOptions>;
