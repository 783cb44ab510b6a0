import { readFile } from 'node:fs/promises';
import { errorCode, text } from '@ccd/service';
import { z } from 'zod';

/** The setting of everything that has to do with events that cannot be derived. */
export const deadLetterSettings = {
  DEAD_LETTERS_FILE: text()
    .optional()
    .describe('File in which a person lets events go that cannot be derived, to the topic `dlq-<uuid>`'),
} as const;

const decisionsSchema = z.array(
  z.strictObject({
    /** UUID of the source stream. */
    stream: z.string().min(1),
    partition: z.int().nonnegative(),
    /** The last offset that may go. */
    upTo: z.int().nonnegative(),
  }),
);

/** A person's decision: what of this partition cannot be derived may go, up to the offset that the person has seen. */
export type DeadLetterDecision = z.infer<typeof decisionsSchema>[number];

/** The file stands there and cannot be used: nobody is taken to have decided anything. */
export class DeadLettersUnreadableError extends Error {
  override readonly name = 'DeadLettersUnreadableError';
  readonly path: string;

  constructor(path: string, options?: ErrorOptions) {
    super(`${path} is no list of stream, partition and upTo`, options);
    this.path = path;
  }
}

/** The topic that takes the events of a source stream which a person let go. */
export const deadLetterTopicOf = (streamId: string): string => `dlq-${streamId}`;

/** What people have decided; nothing where there is no file. @throws DeadLettersUnreadableError */
export async function loadDeadLetterDecisions(
  path: string | undefined,
): Promise<readonly DeadLetterDecision[]> {
  if (path === undefined) return [];
  try {
    return decisionsSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw new DeadLettersUnreadableError(path, { cause: error });
  }
}
